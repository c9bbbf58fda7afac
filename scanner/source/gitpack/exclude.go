package gitpack

import (
	"container/heap"
	"context"
)

// painter finds which commits of a range are excluded without walking the whole history: it goes back in time from both
// ends at once, until all that is left to visit is excluded and older than every commit that is not.
type painter struct {
	walk   *commitWalk // reads commits
	nodes  map[uint32]*painted
	queue  []*painted // heap, newest first
	open   int        // commits in the queue that are not excluded
	oldest int64      // date of the oldest visited commit that is not excluded
}

type painted struct {
	commit
	excluded, visited bool
}

// exclude fills in the boundary: every excluded commit that a wanted one may meet, and the trees and blobs that are
// excluded by name.
func (w *commitWalk) exclude(ctx context.Context, tips Tips) error {
	if len(tips.Exclude) == 0 {
		return nil
	}
	out, in := newCommitWalk(w.s), newCommitWalk(w.s)
	out.r, in.r = w.r, w.r
	for _, id := range tips.Exclude {
		out.tip(id)
	}
	for _, ids := range [][]ID{tips.Include, tips.Logs} {
		for _, id := range ids {
			in.tip(id)
		}
	}
	p := &painter{walk: out, nodes: map[uint32]*painted{}, oldest: 1<<63 - 1}
	for _, num := range out.queue {
		p.push(num, true)
	}
	for _, num := range in.queue {
		p.push(num, false)
	}
	if err := p.run(ctx, tips.All); err != nil {
		return err
	}
	w.outsideTrees, w.outsideBlobs, w.boundary = out.trees, out.blobs, out.seen
	for num, n := range p.nodes {
		if n.excluded {
			w.boundary.set(num)
		}
	}
	return nil
}

// run visits commits, newest first; with all set, to the end.
func (p *painter) run(ctx context.Context, all bool) error {
	for visits := 0; len(p.queue) > 0; visits++ {
		if visits%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !all && p.open == 0 && p.queue[0].date < p.oldest {
			return nil
		}
		n := heap.Pop(p).(*painted)
		n.visited = true
		if !n.excluded {
			p.open--
			p.oldest = min(p.oldest, n.date)
		}
		for _, parent := range p.walk.parents[n.parents:n.more] {
			p.push(parent, n.excluded)
		}
	}
	return nil
}

// push queues a commit, or excludes one that is known already and with it all that was visited behind it.
func (p *painter) push(num uint32, excluded bool) {
	todo := []uint32{num}
	for len(todo) > 0 {
		num := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		n, known := p.nodes[num]
		switch {
		case !known:
			c, ok := p.walk.read(num)
			if !ok {
				c.parents, c.more = 0, 0
			}
			n = &painted{commit: c, excluded: excluded}
			p.nodes[num] = n
			heap.Push(p, n)
			if !excluded {
				p.open++
			}
		case excluded && !n.excluded:
			n.excluded = true
			if !n.visited {
				p.open--
				continue
			}
			todo = append(todo, p.walk.parents[n.parents:n.more]...)
		}
	}
}

func (p *painter) Len() int           { return len(p.queue) }
func (p *painter) Less(i, j int) bool { return p.queue[i].date > p.queue[j].date }
func (p *painter) Swap(i, j int)      { p.queue[i], p.queue[j] = p.queue[j], p.queue[i] }
func (p *painter) Push(x any)         { p.queue = append(p.queue, x.(*painted)) }
func (p *painter) Pop() any {
	last := len(p.queue) - 1
	n := p.queue[last]
	p.queue = p.queue[:last]
	return n
}
