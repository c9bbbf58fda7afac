package detectors

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"regexp/syntax"
	"strconv"
	"testing"
)

// TestLateExpressionsAreSound reads the expressions of this package, since nothing compiles them before they are used.
func TestLateExpressionsAreSound(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range names {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "late" {
				return true
			}
			found++
			if _, err := syntax.Parse(textOf(t, call.Args[0]), syntax.Perl); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return true
		})
	}
	if found < 40 {
		t.Errorf("%d expressions found, want all of them", found)
	}
}

// textOf joins the literals of an expression in Go.
func textOf(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return textOf(t, e.X) + textOf(t, e.Y)
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	t.Fatalf("%T is no literal", e)
	return ""
}
