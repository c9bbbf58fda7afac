// Package rules holds the built-in rules: one TOML file per provider, named after it.
//
// # A rules file
//
// Top level: id (the file's name), title, kind (exchange, wallet, custody, payments, node, data or general), site,
// source (where the formats were read and how sure they are: documented, observed or guess), keywords (lower-case words
// that name the provider in names, paths and text), hosts and test_hosts (API hosts; a host in the text names the
// provider too, a test host also the environment). Then one [[credential]] table per kind of credential:
//
//	id, title, severity (info, low, medium, high, critical: of the whole credential when it is live and unasked)
//	confidence      the most a finding may claim (low, medium, high); low for formats that are a guess
//	context         none: the shape or check decides alone; name: a name must fit a part; provider (the default): the
//	                provider must be named near, in the path or in the file, and a name must fit; decisive: the provider
//	                must be in the value's own name, scope, call or host
//	keywords, hosts, test_hosts   added to the provider's
//	environment     testnet, sandbox, demo or paper when every value of the credential is for it
//	near            words within a few lines, or in the path, that do what a fitting name does (context = "name")
//	paths           expressions over the path of a file that holds the value and no name for it (context = "name")
//	not_near        words within a few lines, or in the path, that say that a value is of another kind, unless a keyword
//	                of the rule stands there too
//	off             true when the rule is not in the default set: --enable-rule adds it
//	examples        hex SHA-256 of values that documentation publishes, which are no leaks
//	[credential.parts.NAME]       NAME is key, secret, passphrase, mnemonic, ... in the order a constructor takes them
//	  form          token (default), text (short or free text, found only beside another part), pem, ints, words,
//	                json (the smallest object of at most 8 KiB that the check accepts, escaped or as source code writes it;
//	                a group of the regex is the value, else the object), rows (eight groups of six digits, or 48 or 96
//	                digits), beside (text of any kind: the regex is tried on 256 bytes on either side of an anchor, its
//	                group "value" is the value, groups of other names are facts of the finding; with groups called user
//	                and host the engine knows the defaults and examples of passwords)
//	  anchors       of a json part: words of which one stands at most 64 bytes before a random-looking member of the object;
//	                of a beside part: literals that stand within every match, in lower case. A literal with a byte that is
//	                rare in text, such as @ or w, costs least
//	  stated        a fact of the check, such as evm_address, that names the part when the text states it too
//	  regex         the shape of the value, RE2; the first group is the value if there is one. Give both ends \b or a
//	                class that ends the value; the engine rejects a value that continues on either side
//	  names         expressions that a name must hold as whole words. Names are compared as lower-case words joined by
//	                "_" (apiKey, API-KEY and "api key" are all api_key), so write api_?key. Without names, key, secret
//	                and passphrase have sensible defaults; other parts need names unless the context is none
//	  not_names     names that say the value is something else
//	  env           whole variable or header names that name provider and part at once (BINANCE_API_KEY, X-MBX-APIKEY)
//	  calls         expressions over the name of a call whose argument is the value (privateKeyToAccount)
//	  entropy       least Shannon entropy, bits per character; 0 leaves it to the engine's test for random text
//	  check         an offline proof of package check
//	  optional      true when the credential is whole without the part
//	[credential.verify], [credential.revoke], [credential.contain], [credential.playbook]
//
// # A cases file
//
// testdata/providers/ID.toml holds the cases of rules/ID.toml: [[hit]] with name, path (optional), text, rule and parts,
// and [[quiet]] with name, path and text (near misses and look-alikes: nothing may be found). A hit may state severity,
// environment, missing, and "finds" (number of findings in the text, 1 unless it says otherwise). Texts and parts are
// Go templates, so that no random key is ever committed: {{rand "k" "A-Za-z0-9" 64}} writes 64 random characters of the
// class and remembers them as k, {{val "k"}} writes them again; {{uuid "k"}}, {{b64 "k" 64}} (base64 of 64 random bytes)
// and {{b64url "k" 32}} (without padding), {{hex "k" 32}} (hex digits, counted in digits), {{ecpem "k"}},
// {{ed25519pem "k"}}, {{rsapem "k"}} (private keys in PEM), {{escape (ecpem "k")}} (line breaks as \n),
// {{ed25519b64 "k"}} (base64 of seed and public key), {{wif "k"}}, {{xprv "k"}}, {{evmkey "k"}} (0x and 64 hex digits),
// {{crc62 "k"}} (30 letters and digits and their CRC-32 in six more), {{jwt "k" `{"sub":"1"}`}} (signed, of these claims),
// {{mnemonic "k" 12}}, {{solana "k"}} (base58), {{solanaints "k"}} (JSON array), {{stellar "k"}}.
//
// [[answer]] records what an issuer answers to one call of a rule, and what must be made of it: rule, call (verify,
// verify.test, revoke.0, contain.0; each with .lookup for the call made first), name, status, headers (optional), body
// (the documented one with other values; {key} where the issuer echoes a part), is (the verdict, the outcome of a
// revocation, or found), permissions (read trade transfer withdraw admin, in this order), account, label, ips, expires, sub
// (the facts that must be read from it), and source (where the answer is documented).
package rules

import "embed"

// FS holds the rules files.
//
//go:embed *.toml
var FS embed.FS
