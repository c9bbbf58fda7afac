package detectors

import (
	"strings"
	"testing"
)

// nameTestValue is put into the texts of the tests: random, so that it is not read as a word.
const nameTestValue = "q8Zk2Lw9Xv4Rt7Yp1Nc6Hb3Jd5Mf0Ga"

// namesOf returns the normalized names of the value in a text in which @ stands for it.
func namesOf(t *testing.T, text string) []string {
	t.Helper()
	at := strings.IndexByte(text, '@')
	if at < 0 {
		t.Fatalf("no @ in %q", text)
	}
	d := document{data: []byte(strings.Replace(text, "@", nameTestValue, 1))}
	n := d.naming(Span{at, at + len(nameTestValue)})
	var words []string
	for _, name := range n.names {
		words = append(words, normalize(name))
	}
	return words
}

func TestFirstNameOfAValue(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"env", "BINANCE_API_KEY=@\n", "binance_api_key"},
		{"env in quotes", `BINANCE_API_KEY="@"`, "binance_api_key"},
		{"exported env", `export BINANCE_API_KEY='@'`, "binance_api_key"},
		{"env with a type of quotes", `API_SECRET=$'@'`, "api_secret"},
		{"fish", `set -x API_SECRET @`, "set_x_api_secret"},
		{"PowerShell", `$env:API_SECRET = "@"`, "env"},
		{"properties", `exchange.api.key = @`, "exchange_api_key"},
		{"Dockerfile", `ENV API_SECRET @`, "env_api_secret"},
		{"YAML", "api_key: @\n", "api_key"},
		{"YAML in quotes", "api_key: '@'\n", "api_key"},
		{"YAML quoted key", "\"api_key\": @\n", "api_key"},
		{"YAML block", "api_key: |\n  @\n", "api_key"},
		{"YAML folded block", "api_key: >-\n  @\n", "api_key"},
		{"YAML list", "api_keys:\n  - @\n", "api_keys"},
		{"YAML list of assignments", "environment:\n  - API_SECRET=@\n", "api_secret"},
		{"JSON", `{"apiKey": "@"}`, "api_key"},
		{"JSON without spaces", `{"a":1,"apiKey":"@"}`, "api_key"},
		{"JSON over lines", "{\n  \"apiKey\":\n    \"@\"\n}", "api_key"},
		{"JSON list", `{"apiKeys": ["@"]}`, "api_keys"},
		{"escaped JSON", `"{\"apiKey\": \"@\"}"`, "api_key"},
		{"TOML", "api-key = \"@\"", "api_key"},
		{"TOML in single quotes", "api-key = '@'", "api_key"},
		{"INI", "[okx]\napiKey=@", "api_key"},
		{"INI with a colon", "api key: @", "api_key"},
		{"XML element", "<apiKey>@</apiKey>", "api_key"},
		{"XML element over lines", "<apiKey>\n  @\n</apiKey>", "api_key"},
		{"XML attribute", `<binance apiKey="@" />`, "api_key"},
		{"XML named element", `<string name="api_key">@</string>`, "api_key"},
		{"XML key and value", `<add key="ApiKey" value="@" />`, "api_key"},
		{"XML plist", "<key>apiKey</key>\n<string>@</string>", "string"},
		{"HCL", `api_key = "@"`, "api_key"},
		{"HCL default", "variable \"api_key\" {\n  type = string\n  default = \"@\"\n}", "api_key"},
		{"Python", `api_key = "@"`, "api_key"},
		{"Python bytes", `api_key = b"@"`, "api_key"},
		{"Python attribute", `self.api_key = '@'`, "self_api_key"},
		{"Python annotation", `api_key: str = "@"`, "api_key"},
		{"Python keyword", `Client(api_key="@")`, "api_key"},
		{"Python second keyword", `Client(api_key="x", api_secret="@")`, "api_secret"},
		{"Python dict", `config = {'apiKey': '@'}`, "api_key"},
		{"Python index", `config['apiKey'] = '@'`, "config_api_key"},
		{"Python index of an index", `config["binance"]["apiKey"] = '@'`, "config_binance_api_key"},
		{"Python dict call", `dict(apiKey='@')`, "api_key"},
		{"Python tuple", `api_key, api_secret = "x", "@"`, "api_secret"},
		{"Python tuple, first", `api_key, api_secret = "@", "x"`, "api_key"},
		{"Python environment default", `api_key = os.environ.get("API_KEY", "@")`, "api_key"},
		{"Python getenv", `x = os.getenv("API_SECRET", "@")`, "api_secret"},
		{"Python or", `api_key = os.getenv("OKX_API_KEY") or "@"`, "okx_api_key"},
		{"setdefault", `os.environ.setdefault("API_SECRET", "@")`, "api_secret"},
		{"TypeScript object", "const c = {\n  apiKey: '@',\n}", "api_key"},
		{"TypeScript const", "const apiKey: string = `@`;", "api_key"},
		{"TypeScript const in capitals", `export const API_SECRET = "@";`, "api_secret"},
		{"TypeScript or", `const key = process.env.OKX_API_KEY || "@"`, "process_env_okx_api_key"},
		{"TypeScript nullish", `const key = process.env.OKX_API_KEY ?? '@'`, "process_env_okx_api_key"},
		{"TypeScript nullish, over lines", "const key = process.env.OKX_API_KEY ??\n  '@'", "process_env_okx_api_key"},
		{"TypeScript readonly", `private readonly apiSecret = '@';`, "api_secret"},
		{"TypeScript several", `const [apiKey, secret] = ["x", "@"]`, "secret"},
		{"Go declaration", `apiKey := "@"`, "api_key"},
		{"Go constant", `const apiKey = "@"`, "api_key"},
		{"Go constant with a type", `const apiKey string = "@"`, "api_key"},
		{"Go variable of bytes", `\tapiKey []byte = []byte("@")`, "byte"},
		{"CloudFormation parameter", `[{"ParameterKey": "BinanceApiKey", "ParameterValue": "@"}]`, "binance_api_key"},
		{"C++ maker", `auto c = std::make_unique<KrakenClient>("@");`, "kraken_client"},
		{"line below its name", "kraken\napi key\n@\n", "api_key"},
		{"dump of a table", "COPY public.keys (id, api_key, secret) FROM stdin;\n1\t@\tx\n", "api_key"},
		{"cells between tabs", "Exchange\tApi Key\tSecret\nkraken\t@\tx\n", "kraken"},
		{"Go struct", "Config{\n\tAPIKey:    \"@\",\n}", "api_key"},
		{"Go flag", `flag.String("api-key", "@", "the key")`, "api_key"},
		{"Java", `String apiKey = "@";`, "api_key"},
		{"Java constant", `private static final String API_SECRET = "@";`, "api_secret"},
		{"Java setter", `config.setApiKey("@");`, "config_set_api_key"},
		{"Java put", `map.put("apiKey", "@");`, "api_key"},
		{"C# property", `public string ApiKey { get; set; } = "@";`, "api_key"},
		{"C# initializer", `new Options { ApiKey = "@" }`, "api_key"},
		{"VB", `Dim apiKey As String = "@"`, "api_key"},
		{"PHP variable", `$apiKey = '@';`, "api_key"},
		{"PHP define", `define('API_KEY', '@');`, "api_key"},
		{"PHP array", `['apiKey' => '@']`, "api_key"},
		{"PHP array, second", `array('apiKey' => 'x', 'secret' => '@')`, "secret"},
		{"Ruby symbol", `api_key: '@'`, "api_key"},
		{"Ruby rocket", `:api_key => '@'`, "api_key"},
		{"Ruby environment default", `ENV.fetch('API_KEY', '@')`, "api_key"},
		{"Ruby environment or", `key = ENV['API_KEY'] || '@'`, "env_api_key"},
		{"Rust", `let api_key = "@";`, "api_key"},
		{"Rust constant", `const API_SECRET: &str = "@";`, "str"},
		{"Rust Some", `api_key: Some("@".to_string())`, "some"},
		{"Rust String", `api_key: String::from("@")`, "from"},
		{"Swift", `let apiKey: String = "@"`, "api_key"},
		{"Kotlin", `val apiKey = "@"`, "api_key"},
		{"R", `api_key <- "@"`, "api_key"},
		{"Elixir", `config :okx, api_key: "@"`, "api_key"},
		{"Lua", `local api_key = "@"`, "api_key"},
		{"Perl", `my $api_key = "@";`, "api_key"},
		{"shell assignment in a command", `API_KEY=@ ./bot`, "api_key"},
		{"curl header", `curl -H "X-MBX-APIKEY: @" https://x.test`, "x_mbx_apikey"},
		{"curl bearer", `curl -H "Authorization: Bearer @"`, "authorization"},
		{"header in JSON", `"Authorization": "Bearer @"`, "authorization"},
		{"query", `https://api.test/v1?apikey=@`, "apikey"},
		{"second value of a query", `https://api.test/v1?a=1&api_key=@&b=2`, "api_key"},
		{"flag with an equals sign", `bot --api-key=@`, "api_key"},
		{"flag", `bot --api-secret @`, "bot_api_secret"},
		{"prose", `my kraken api key is @`, "my_kraken_api_key_is"},
		{"prose with a colon", `Kraken api key: @`, "kraken_api_key"},
		{"comment behind it", `"@", # api secret`, "api_secret"},
		{"Markdown table", "| api key | api secret |\n|---|---|\n| x | @ |", "api_secret"},
		{"Markdown table by rows", "| name | value |\n|---|---|\n| api key | `@` |", "value"},
		{"CSV", "id,api_key,api_secret\n1,@,x\n", "api_key"},
		{"CSV in quotes", "\"id\",\"api_key\"\n\"1\",\"@\"\n", "api_key"},
		{"SQL", `INSERT INTO accounts (id, api_key, api_secret) VALUES (1, '@', 'x');`, "api_key"},
		{"SQL over lines", "INSERT INTO accounts (id, api_key)\nVALUES\n  (1, 'b'),\n  (2, '@');", "api_key"},
		{"first column of CSV", "api_key,api_secret\n@,x\n", "api_key"},
		{"first column of SQL", "INSERT INTO keys (api_key, id) VALUES ('@', 1)", "api_key"},
		{"YAML block without its last line end", "api_key: |-\n  @\n", "api_key"},
		{"YAML folded block with its last line end", "api_key: >\n  @\n", "api_key"},
		{"SQL update", `UPDATE accounts SET api_key = '@' WHERE id = 1`, "api_key"},
		{"Kubernetes", "env:\n  - name: API_KEY\n    value: \"@\"\n", "api_key"},
		{"Kubernetes on one line", `- {name: API_KEY, value: "@"}`, "api_key"},
		{"Postman", `{"key": "api_key", "value": "@", "type": "string"}`, "api_key"},
		{"Postman, key behind", `{"value": "@", "key": "api_key"}`, "api_key"},
		{"HTML cells", "<td>API key</td><td>@</td>", "td"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			words := namesOf(t, tt.text)
			if len(words) == 0 || words[0] != tt.want {
				t.Errorf("the names of the value in %s are %q, want %q first", tt.text, words, tt.want)
			}
		})
	}
}

func TestNormalize(t *testing.T) {
	for name, want := range map[string]string{
		"":                   "",
		"key":                "key",
		"apiKey":             "api_key",
		"ApiKey":             "api_key",
		"API-KEY":            "api_key",
		"api key":            "api_key",
		"api.key":            "api_key",
		"API_KEY":            "api_key",
		"__api__key__":       "api_key",
		"APIKey":             "api_key",
		"APIkey":             "ap_ikey",
		"OKXApiKey":          "okx_api_key",
		"binance2ApiKey":     "binance2_api_key",
		"API_KEY_2":          "api_key_2",
		"apiKey2":            "api_key2",
		"X-MBX-APIKEY":       "x_mbx_apikey",
		"  --api-key  ":      "api_key",
		"process.env.OKX":    "process_env_okx",
		"config[\"apiKey\"]": "config_api_key",
		"HTTPServer":         "http_server",
		"ключ":               "",
		"---":                "",
	} {
		if got := normalize(name); got != want {
			t.Errorf("normalize(%q) is %q, want %q", name, got, want)
		}
	}
}
