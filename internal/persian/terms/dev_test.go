package terms

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

func TestDevTmp(t *testing.T) {
	g, err := load()
	if err != nil {
		t.Fatal(err)
	}
	f, _ := os.Open("../../../../shared/data/lemma/dev.tsv")
	sc := bufio.NewScanner(f)
	sc.Scan()
	st := func(w string) string {
		j := strings.LastIndex(w, halfSpace)
		joint := 0
		if j > 0 {
			joint = len(persian.Fold(w[:j]))
		}
		b := []byte(persian.Fold(w))
		if joint >= len(b) {
			joint = 0
		}
		return string(g.stemOf(b, joint, g.words[string(b)]).append(nil, b))
	}
	n, ok := map[string]int{}, map[string]int{}
	lem := map[string]map[string]bool{}
	miss := map[string][]string{}
	for sc.Scan() {
		p := strings.Split(sc.Text(), "\t")
		k := ""
		switch p[2] {
		case "NOUN", "ADJ", "PROPN":
			k = "nom"
		case "VERB":
			k = "verb"
		}
		if lem[k] == nil {
			lem[k] = map[string]bool{}
		}
		lem[k][p[1]] = true
		if k == "" || p[0] == p[1] {
			continue
		}
		n[k]++
		a, b := st(p[0]), st(p[1])
		if a == b {
			ok[k]++
		} else {
			miss[k] = append(miss[k], fmt.Sprintf("%s→%s≠%s", p[0], a, b))
		}
	}
	for k := range n {
		fmt.Println(k, n[k], float64(ok[k])/float64(n[k]))
		fmt.Println(strings.Join(miss[k][:min(len(miss[k]), 260)], " "))
	}
	all := map[string]bool{}
	for _, m := range lem {
		for l := range m {
			all[l] = true
		}
	}
	lem["all"] = all
	for k, m := range lem {
		gr := map[string][]string{}
		for l := range m {
			gr[st(l)] = append(gr[st(l)], l)
		}
		pairs := 0
		ex := []string{}
		for s, v := range gr {
			for i := range v {
				for j := i + 1; j < len(v); j++ {
					if persian.Fold(v[i]) != persian.Fold(v[j]) {
						pairs++
						ex = append(ex, s+":"+v[i]+"="+v[j])
					}
				}
			}
		}
		sort.Strings(ex)
		fmt.Println(k, len(m), "pairs", pairs)
		if k == "nom" {
			fmt.Println(strings.Join(ex[:min(len(ex), 250)], " "))
		}
	}
}
