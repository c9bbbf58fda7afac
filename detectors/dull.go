package detectors

import (
	"net/url"
	"slices"
	"strings"
)

// A password that a person chose is told from one that stands in an example by what it says: examples name the thing
// ("password", "secret"), repeat the user, or are the default of a server on the same machine.

// dull reports whether a password beside an anchor is a placeholder, a reference or a default. Facts hold its user and
// host, where the text has them.
func dull(password string, facts []Fact) bool {
	lowered := strings.ToLower(password)
	user, host := strings.ToLower(fact(facts, "user")), strings.ToLower(fact(facts, "host"))
	switch {
	case len(password) < 4, spelt.MatchString(unescapePercent(password)), mailbox.MatchString(password), reference(password), placeholder(password), hole.MatchString(password), says.MatchString(password), exampleHost.MatchString(host):
		return true
	case saysShort.MatchString(password) && !strong(password):
		return true
	case lowered == user, strings.TrimRight(lowered, "0123456789!") == user, strings.ContainsAny(host, "${}<>*%") && !strong(password):
		return true
	case slices.Contains(dullWords, strings.Trim(lowered, "0123456789!@#_-.*")):
		return true
	}
	return plainWord.MatchString(password) && !randomText(password) || localHost.MatchString(host) && !strong(password)
}

func unescapePercent(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func fact(facts []Fact, name string) string {
	for _, f := range facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

var (
	hole        = late(`\$\{|\$\(|\{\{|^\$\w+$|^[<\[({%*]|[>\])}%*]$|\*{3}|…|%[sdvq]|\.\.|^:|\\[nrtux]`)
	says        = late(`(?i)passw|p4ssw|p@ss|secret|s3cr3t|token|example|change|redacted|dummy`)
	spelt       = late(`(?i)p\W*[a4@]?\W*s+\W*w\W*[o0]\W*r?d`)
	mailbox     = late(`^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$`)
	saysShort   = late(`(?i)your|^my|^some|^the_?|^test|^pass|pass$|pwd$|^pw\d*$|x{3}`)
	exampleHost = late(`(?:^|\.)(?:example|test|invalid|localdomain)(?:\.(?:com|org|net|edu|io|local))?\.?$|^(?:host(?:name)?|server|domain|hostname\.com|host\.com|domain\.com|your.*|my-?host.*|foo|bar|foo\.com|bar\.com|proxy|site\.com|mysite\.com)$`)
	localHost   = late(`^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|[a-z0-9_-]+)$`)
	plainWord   = late(`^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|[a-z]+(?:[-_.][a-z]+)+)$`)
)

// dullWords are passwords of defaults and examples, without the digits around them.
var dullWords = strings.Fields(`pwd pw admin administrator root user username login guest anonymous postgres pgsql mysql mariadb mongo mongodb redis rabbit rabbitmq amqp kafka
	elastic sa oracle db database app application service api server client docker vagrant ubuntu centos travis circle circleci ci dev develop development local
	staging prod production demo sample foo bar baz foobar qux abc abcd xyz qwerty asdf letmein welcome hunter monkey dragon changeit key default none null empty
	value string text word hello world bob alice john joe jane doe me you temp tmp blah hidden masked removed filtered private sekret sekrit verysecret supersecret
	tiger scott magic insecure unsafe auth credentials credential cred creds p pp ppp pa ps b c d e f g h i j k l m n o q r s t u v w x y z`)

// strong reports whether a password is no word: it mixes letters and digits, or is long.
func strong(password string) bool {
	digits, letters := 0, 0
	for i := range len(password) {
		switch c := tokenClass[password[i]]; {
		case c == classDigit:
			digits++
		case c > classDigit:
			letters++
		}
	}
	return len(password) >= 12 && digits >= 2 && letters >= 4
}
