package revoke

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// namespace is what an approval is signed for, so that a signature of something else is none:
//
//	ssh-keygen -Y sign -n keysweep-revoke -f KEY FILE
const namespace = "keysweep-revoke"

// Approvals are plans that people approved with their signatures. The zero Approvals holds none.
type Approvals struct{ all []approval }

type approval struct {
	by     string
	key    string // of who signed, in wire form
	plan   string
	expire time.Time // zero for never
}

// of names the people who approved a plan, each once.
func (a Approvals) of(plan string, now time.Time) []string {
	var by, keys []string
	for _, one := range a.all {
		if one.plan == plan && (one.expire.IsZero() || now.Before(one.expire)) && !slices.Contains(keys, one.key) {
			keys = append(keys, one.key)
			by = append(by, one.by)
		}
	}
	return by
}

// Approver is a person whose signature counts.
type Approver struct {
	Name string
	key  ssh.PublicKey
}

// ParseApprovers reads public keys as an authorized_keys file has them, with the person's name as the comment.
func ParseApprovers(lines []string) ([]Approver, error) {
	var out []Approver
	for i, line := range lines {
		key, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
		switch {
		case err != nil:
			return nil, fmt.Errorf("approver %d: %w", i+1, err)
		case len(options) > 0 || len(bytes.TrimSpace(rest)) > 0:
			return nil, fmt.Errorf("approver %d: one key without options is wanted", i+1)
		case slices.ContainsFunc(out, func(a Approver) bool { return bytes.Equal(a.key.Marshal(), key.Marshal()) }):
			return nil, fmt.Errorf("approver %d: the key stands twice", i+1)
		}
		if comment == "" {
			comment = ssh.FingerprintSHA256(key)
		}
		out = append(out, Approver{comment, key})
	}
	return out, nil
}

// Add reads an approval file: one plan's hash per line, which may go on with expires=YYYY-MM-DD and a remark. Signatures
// holds the armoured SSH signatures of the whole file, one behind the other. One that is not by an approver is an error.
func (a *Approvals) Add(file, signatures []byte, approvers []Approver) error {
	plans, err := parseApprovals(file)
	if err != nil {
		return err
	}
	signed := 0
	for rest := signatures; ; signed++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		who, err := signer(file, block, approvers)
		if err != nil {
			return fmt.Errorf("signature %d: %w", signed+1, err)
		}
		for _, p := range plans {
			p.by, p.key = who.Name, string(who.key.Marshal())
			a.all = append(a.all, p)
		}
	}
	if signed == 0 {
		return errors.New("no SSH signature")
	}
	return nil
}

// signer returns the approver whose signature the block is.
func signer(file []byte, block *pem.Block, approvers []Approver) (Approver, error) {
	sig, err := sshsig.Unarmor(pem.EncodeToMemory(block))
	if err != nil {
		return Approver{}, err
	}
	for _, who := range approvers {
		if !bytes.Equal(who.key.Marshal(), sig.PublicKey.Marshal()) {
			continue
		}
		if sig.Signature.Format == ssh.KeyAlgoRSA {
			return Approver{}, fmt.Errorf("by %s: signed with SHA-1", who.Name)
		}
		if err := sshsig.Verify(bytes.NewReader(file), sig, who.key, sig.HashAlgorithm, namespace); err != nil {
			return Approver{}, fmt.Errorf("by %s: %w", who.Name, err)
		}
		return who, nil
	}
	return Approver{}, errors.New("not by an approver")
}

func parseApprovals(file []byte) ([]approval, error) {
	var out []approval
	n := 0
	for line := range strings.Lines(string(file)) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		one := approval{plan: fields[0]}
		if len(one.plan) != 32 || strings.Trim(one.plan, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("line %d: not a plan's hash", n)
		}
		if len(fields) > 1 {
			if date, ok := strings.CutPrefix(fields[1], "expires="); ok {
				day, err := time.Parse(time.DateOnly, date)
				if err != nil {
					return nil, fmt.Errorf("line %d: expires wants YYYY-MM-DD", n)
				}
				one.expire = day.AddDate(0, 0, 1) // the day itself counts
			}
		}
		out = append(out, one)
	}
	return out, nil
}
