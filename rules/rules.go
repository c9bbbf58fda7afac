// Package rules holds the built-in rules: one TOML file per provider, named after it.
//
// # A rules file
//
// Top level: id (the file's name), title, kind (exchange, wallet, custody, payments, node, data or general), site,
// source (where the formats were read and how sure they are: documented, observed or guess), keywords (lower-case words
// that name the provider in names, paths and text), common (such words that are words of everyday language too, as gate
// and magic are: they count only where they stand as a name: quoted, as a key or a section, in a cell, on a line of their
// own, or before a word such as api, key and client), hosts and test_hosts (API hosts; a host in the text names the
// provider too, a test host also the environment), loose (true when the shapes are a guess: exchange-api-key takes values
// of other shapes that the text ties to the provider). Then one [[credential]] table per kind of credential:
//
//	id, title, severity (info, low, medium, high, critical: of the whole credential when it is live and unasked)
//	confidence      the most a finding may claim (low, medium, high); low for formats that are a guess
//	context         none: the shape or check decides alone; name: a name must fit a part; provider (the default): the
//	                provider must be named near, in the path or in the file, and a name must fit; decisive: the provider
//	                must be in the value's own name, scope, call or host
//	keywords, hosts, test_hosts   added to the provider's
//	environment     testnet, sandbox, demo or paper when every value of the credential is for it
//	near            words within a few lines, or in the path, that do what a fitting name does (context = "name", and
//	                phrases whose words are cut to four letters or stand without gaps)
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
//	  calls         expressions over the name of a call whose argument is the value (privateKeyToAccount), or over name
//	                and place, from 0 (Account/2)
//	  entropy       least Shannon entropy, bits per character; 0 leaves it to the engine's test for random text
//	  check         an offline proof of package check
//	  optional      true when the credential is whole without the part
//	[credential.pieces.NAME]      a stretch of a part's value that calls may name, such as the id of a key before its secret:
//	                of is the part, regex cuts the piece out as its one group. Not looked for in text, no part of the finding
//	[credential.verify], [[credential.revoke]], [[credential.contain]]   calls, see below
//	[credential.playbook]         for a person: console (URL), steps, damage (what to look at), tell (who must know)
//
// # Calls
//
// verify is one table: it asks the issuer. revoke and contain are arrays of tables, ways tried in the file's order: they
// end a credential, or make it harmless. A table [credential.revoke.lookup] belongs to the last [[credential.revoke]].
//
//	get, post, put, patch, delete   exactly one: the URL. Its host is literal, is one of the file's hosts, test_hosts
//	                or site or lies below one, and has no port
//	host            "configured" for credentials whose host only the person knows; the URL is then https://configured/...
//	                and the call is not made unless [providers.ID] base_url names the host
//	headers, body   the body is JSON unless the Content-Type header says otherwise
//	hosts           further hosts to ask. verify: dead only when all have said so; revoke: the one where verify said live
//	sign            { scheme = "...", ... }, see package detectors/sign
//	lookup          a call made first. take is a path in its answer, {lookup} in the main call. A row with is = "found"
//	                lets it go on, any other ends it there. The nonce of a call that signs with one is not used twice
//	account, label, ips, expires, sub   verify: paths of facts: account id, name of the key, addresses, end, sub-account
//	environments    verify: "all" when one host serves live and test credentials alike
//	test            verify: a whole call with rows of its own, made for credentials of a testnet, sandbox, demo or paper
//	                environment. Without it such a credential is not asked about, unless the rule itself is of that environment
//	way             revoke, contain: self (the leaked credential), master or admin (a configured one)
//	credential      for master and admin: the table [credentials.NAME] of the person's configuration whose values sign; they are
//	                {signer.NAME} in templates, and what sign reads as key, secret and passphrase
//	proof           revoke, contain: why no other key can be hit. self: the call acts on the key that makes it. lookup:
//	                every found row of the lookup, or its take, compares what the issuer holds with a part. argument: the
//	                issuer is given the leaked key itself, and no other can be meant
//	batch, each     revoke with proof = "argument", unsigned and without lookup: how many credentials one call may end, and the
//	                template of one; {batch} in the body is their list, divided by commas
//	effect          revoke, contain: what it does to the account, and what can not be undone
//	undo            contain: how to undo it
//	needs           the right that the calling key must have, in words
//	consents        words a person must consent to, for effects beyond the leaked key
//
// Placeholders in URL, headers and body: {PART} of the credential, {lookup}, {unix}, {unix_ms}, {iso} (2006-01-02T15:04:05Z),
// {nonce} (what the signer gets too), {uuid}, {signer.NAME}. Values are escaped for where they stand: URL, form or JSON.
// There are no functions and no conditions; braces around anything else stand for themselves.
//
// Paths are members and list indexes joined by dots: result.list.0.id. list[apiKey={key}].id is the one element whose
// member has that value, list[owner.key={key}].id looks into a member; with none or two there is no value. A backslash takes
// the next byte as it is ('a\.b'), and "." is the whole answer.
//
// Rows: [[credential.verify.reply]], first that fits wins, all of its conditions must fit:
//
//	status          of the answer. 429, 5xx and redirects are unknown before any row is looked at, like time-outs, HTML and empty,
//	                cut or oversized answers
//	json            { path = want }: a text, number or truth value that must be equal (the text of a number is equal to it),
//	                "*" for there and neither null nor empty, or { has = "withdraw" } (an element of a list, or a word of a
//	                text between , ; | and spaces), { has = ["withdraw", "*", 1] } (an element that is such a list),
//	                { any = [1, 2] }, { not = 0 } (there and different). Quote a path with dots whole. {PART} works in texts
//	text            a part of the body
//	header          { NAME = "a part of the header" }
//	is              verify: live, restricted (live, but refused from this address or for this call), dead, unknown. revoke and contain:
//	                done (accepted), gone (there is no such credential any more), refused, unknown. lookup: found, besides
//	                those of verify, or gone, refused and unknown. live, restricted, dead and found need json or text
//	reason          words; restricted, unknown and refused need them
//	known           true when the answer proves that the issuer knows the key although the call failed
//
// [[credential.verify.permission]] rows have the same conditions; all that fit count; is = read, trade, transfer, withdraw
// or admin.
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

// FS holds the rules files, and index.tsv, in which a scan finds what it needs of them without decoding them. After a
// change of a rules file go generate writes the index anew; until then that file is slow to load, and a test fails.
//
//go:generate go test . -run TestLoadIndex -update
//go:embed *.toml index.tsv
var FS embed.FS
