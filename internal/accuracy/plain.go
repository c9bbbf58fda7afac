package accuracy

import "strings"

// plainWords are words that no word list of a wallet would turn into a phrase when drawn in a row: most are longer
// than eight letters.
var plainWords = strings.Fields(`scheduler dashboard telemetry portfolio rebalance throughput subscription inventory
	analytics moderation onboarding settlement connector websocket heartbeat pagination middleware observability
	replication partition checkpoint watchdog orchestrator provisioning retention calendar invoicing warehouse
	shipment catalogue recommender notifier transcoder thumbnail geocoding leaderboard matchmaking localisation
	questionnaire newsletter attachment comparator benchmark compression serializer validation middleware backpressure`)

// plainSettings are neighbours that no detector should look at twice.
var plainSettings = []field{
	{bare: "log_level", Value: "info"}, {bare: "port", Value: "8080"}, {bare: "timeout_ms", Value: "30000"},
	{bare: "stake_currency", Value: "USDT"}, {bare: "max_open_trades", Value: "5"}, {bare: "symbol", Value: "BTCUSDT"},
	{bare: "interval", Value: "15m"}, {bare: "debug", Value: "false"}, {bare: "node_env", Value: "production"},
	{bare: "database_name", Value: "bots"}, {bare: "retries", Value: "3"}, {bare: "region", Value: "eu-west-1"},
	{bare: "leverage", Value: "3"}, {bare: "dry_run", Value: "true"}, {bare: "time_zone", Value: "Europe/Amsterdam"},
	{bare: "api_url", Value: "https://example.com/v1"}, {bare: "pair_whitelist", Value: "BTC/USDT,ETH/USDT"},
	{bare: "key_name", Value: "primary"}, {bare: "primary_key", Value: "id"}, {bare: "sort_key", Value: "created_at"},
	{bare: "cache_prefix", Value: "orders:v2"}, {bare: "cookie_name", Value: "session"}, {bare: "user_agent", Value: "bot/1.4"},
	{bare: "token_type", Value: "Bearer"}, {bare: "api_key_header", Value: "X-API-KEY"}, {bare: "keyboard_layout", Value: "qwerty"},
	{bare: "secret_name", Value: "trading-credentials"}, {bare: "decimals", Value: "18"}, {bare: "queue", Value: "fills"},
}
