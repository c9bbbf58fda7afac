package issuer

import (
	"slices"
	"strings"
)

// with also demands a header.
func with(a auth, name, value string) auth {
	return func(q *inquiry) *Key {
		if value == "" {
			q.head(name)
		} else {
			q.form("header "+name+": "+value, strings.Contains(q.Header.Get(name), value))
		}
		return a(q)
	}
}

// header is an issuer that gets the credential in that header.
func header(name string) auth { return carried(inHeader(name, "")) }

// query is an issuer that gets it as that parameter.
func query(name string) auth { return carried(inQuery(name)) }

// word is an issuer that gets it behind a word of the Authorization header.
func word(w string) auth { return carried(inHeader("Authorization", w+" ")) }

// asPassword is an issuer that gets it as a password, from a user of that name; any name when it is empty.
func asPassword(name string) auth {
	return func(q *inquiry) *Key {
		q.form("user "+name, name == "" || q.basic(0) == name)
		return carried(password)(q)
	}
}

// asUser is an issuer that gets it as a user's name, with no password.
func asUser(q *inquiry) *Key {
	q.form("an empty password", q.basic(1) == "")
	return carried(user)(q)
}

// serviceHosts are the issuers that are sent the credential itself.
func serviceHosts() []vendor {
	return slices.Concat(bearerHosts(), nodeHosts(), dataHosts(), paymentHosts(), generalHosts(), configuredPaths())
}

func bearerHosts() []vendor {
	return at(bearer, "iam.googleapis.com", "api.coinbase.com", "login.coinbase.com", "api.cloudflare.com", "api.digitalocean.com", "cloud.digitalocean.com", "api.github.com", "api.heroku.com",
		"huggingface.co", "registry.npmjs.org", "api.openai.com", "api.sendgrid.com", "api.eu.sendgrid.com", "slack.com", "app.bitgo.com", "app.bitgo-test.com",
		"api.circle.com", "api-sandbox.circle.com", "api.chainstack.com", "api.buildkite.com", "api.doppler.com", "api.flutterwave.com", "api.paystack.co",
		"api.resend.com", "app.terraform.io", "app.eu.terraform.io", "connect.squareup.com", "connect.squareupsandbox.com", "openrouter.ai", "api.groq.com",
		"api.mistral.ai", "api.deepseek.com", "api.perplexity.ai", "api.x.ai", "api.cohere.com", "api.cohere.ai", "api.replicate.com", "integrate.api.nvidia.com",
		"api.airtable.com", "api.netlify.com", "api.vercel.com", "api.supabase.com", "console.neon.tech", "api.hubapi.com", "api.dropboxapi.com", "sentry.io",
		"us.sentry.io", "de.sentry.io", "api.typeform.com", "api.mailersend.com", "api.contentful.com", "cdn.contentful.com", "api.1inch.dev", "app.dynamicauth.com",
		"api.atlassian.com", "api.machines.dev", "api.ngc.nvidia.com", "api.eu.contentful.com", "api.cerebras.ai", "api.together.xyz", "api.render.com",
		"api.prefect.cloud", "us.posthog.com", "eu.posthog.com", "api.frame.io", "graph.facebook.com", "app.asana.com", "api.intercom.io", "ai-gateway.vercel.sh", "api.squarespace.com", "api.meraki.com")
}

func nodeHosts() []vendor {
	return slices.Concat(
		at(carried(inPath(1)), ".g.alchemy.com/v2", "mainnet.infura.io/v3", ".infura.io/v3"),
		at(carried(inPath(-1)), "rpc.ankr.com", "go.getblock.io"),
		at(either(query("dkey"), carried(inPath(-1))), "lb.drpc.org"),
		at(query("api-key"), ".helius-rpc.com"),
		at(header("project_id"), ".blockfrost.io"),
		at(header("X-API-Key"), "deep-index.moralis.io"),
		at(header("x-api-key"), "api.tatum.io", "api.quicknode.com"),
		at(header("X-Access-Key"), "api.tenderly.co"),
		at(header("X-Magic-Secret-Key"), "api.magic.link"),
		at(header("x-secret-key"), "api.thirdweb.com"),
		at(query("projectId"), "explorer-api.walletconnect.com"),
		at(with(carried(user, password), "privy-app-id", ""), "api.privy.io", "auth.privy.io"),
		at(either(carried(inHeader("pinata_api_key", ""), inHeader("pinata_secret_api_key", "")), bearer), "api.pinata.cloud"),
	)
}

func dataHosts() []vendor {
	return slices.Concat(
		at(query("apikey"), "api.etherscan.io", "api.bscscan.com", "api.polygonscan.com", "api.arbiscan.io", "api.basescan.org"),
		at(header("X-CMC_PRO_API_KEY"), "pro-api.coinmarketcap.com", "sandbox-api.coinmarketcap.com"),
		at(header("x-cg-demo-api-key"), "api.coingecko.com"),
		at(header("x-cg-pro-api-key"), "pro-api.coingecko.com"),
		at(either(query("api_key"), word("Apikey")), "min-api.cryptocompare.com", "data-api.cryptocompare.com", "data-api.coindesk.com"),
		at(header("X-CoinAPI-Key"), "rest.coinapi.io", "api.coinapi.io"),
		at(header("X-Api-Key"), ".market-api.kaiko.io", "api.amberdata.com", "api.opensea.io", "api.reservoir.tools", "api.tokenmetrics.com", "public.chainalysis.com"),
		at(header("Token"), "api.chainalysis.com"),
		at(either(bearer, asUser), "api.covalenthq.com", "api.zerion.io"),
		at(header("X-Dune-API-Key"), "api.dune.com"),
		at(header("apiKey"), "api.nansen.ai"),
		at(either(query("api_key"), header("X-Api-Key")), "api.glassnode.com"),
		at(header("x-messari-api-key"), "data.messari.io", "api.messari.io"),
		at(either(bearer, carried(inPath(1))), "gateway.thegraph.com", "gateway-arbitrum.network.thegraph.com"),
		at(with(header("0x-api-key"), "0x-version", ""), "api.0x.org"),
		at(query("key"), "api.blockchair.com", "coinlib.io", "www.worldcoinindex.com"),
		at(either(query("token"), carried(inPath(-1))), "api.blockcypher.com"),
		at(carried(password), "api.trmlabs.com"),
		at(header("Authorization"), "api.blocknative.com", "api.nftport.xyz"),
		at(query("apiKey"), "api.ethplorer.io"),
		at(query("access_key"), "api.coinlayer.com"),
		at(header("x-ba-key"), "apiv2.bitcoinaverage.com"),
		at(carried(inMember("api_key")), "auth.dfuse.io"),
	)
}

func paymentHosts() []vendor {
	return slices.Concat(
		at(either(carried(user), bearer), "api.stripe.com"),
		at(with(header("X-CC-Api-Key"), "X-CC-Version", ""), "api.commerce.coinbase.com"),
		at(header("x-api-key"), "api.nowpayments.io", "api-sandbox.nowpayments.io"),
		at(word("Api-Key"), "api.moonpay.com"),
		at(header("X-API-Key"), "api.wallbit.io"),
		at(carried(user, password), "api.razorpay.com", "api-m.paypal.com", "api-m.sandbox.paypal.com"),
		at(carried(inMember("client_id"), inMember("secret")), "production.plaid.com", "sandbox.plaid.com"),
		at(carried(inHeader("APCA-API-KEY-ID", ""), inHeader("APCA-API-SECRET-KEY", "")), "api.alpaca.markets", "paper-api.alpaca.markets"),
		at(header("X-BM-KEY"), "api-cloud.bitmart.com"),
	)
}

func generalHosts() []vendor {
	return slices.Concat(
		at(carried(inHeader("Private-Token", "")), "gitlab.com"),
		at(either(nobody(inField("token")), nobody(inMember("token"))), "gitlab.com/api/v4/runners"),
		at(carried(inMember("key")), "mandrillapp.com"),
		at(carried(behind("bot", inPath(0))), "api.telegram.org"),
		at(nobody(inMember("credentials", "0")), "api.github.com/credentials/revoke"),
		at(carried(user, password), "api.github.com/applications/", "api.twilio.com", "api.dublin.ie1.twilio.com", "api.sydney.au1.twilio.com", "cloud.mongodb.com"),
		at(nobody(inField("token")), "api.vercel.com/login/oauth"),
		at(asUser, "api.easypost.com"),
		at(header("x-api-key"), "app.harness.io"),
		at(googleToken, "oauth2.googleapis.com/token"),
		at(either(nobody(inField("token")), nobody(inQuery("token"))), "oauth2.googleapis.com/revoke"),
		at(nobody(inField("secret")), "public.api.serval.com"),
		at(with(header("x-api-key"), "anthropic-version", ""), "api.anthropic.com"),
		at(either(bearer, asPassword("")), "api.bitbucket.org"),
		at(header("api-key"), "api.brevo.com"),
		at(header("Circle-Token"), "circleci.com"),
		at(header("Authorization"), "crates.io", "rubygems.org", "app.launchdarkly.com", "api.planetscale.com", "api.clickup.com"),
		at(either(bearer, header("Authorization")), "api.linear.app"),
		at(word("Bot"), "discord.com"),
		at(carried(inPath(2), inPath(3)), "discord.com/api/webhooks"),
		at(carried(inPath(-2), inPath(-1)), "hooks.slack.com/services"),
		at(asPassword("api"), "api.mailgun.net", "api.eu.mailgun.net"),
		at(header("X-API-Key"), "api.getpostman.com"),
		at(either(header("X-Postmark-Server-Token"), header("X-Postmark-Account-Token")), "api.postmarkapp.com"),
		at(word("token"), "api.pulumi.com", "api.snyk.io", "api.us.snyk.io", "api.eu.snyk.io", "api.au.snyk.io", "api.travis-ci.com"),
		at(word("AccessKey"), "rest.messagebird.com"),
		at(header("x-api-key"), "api.etsy.com"),
		at(query("api_key"), "api.flickr.com"),
		at(asUser, "api.lob.com"),
		at(word("OAuth"), "id.twitch.tv/oauth2/validate"),
		at(nobody(inField("token")), "id.twitch.tv/oauth2/revoke"),
		at(header("Fastly-Key"), "api.fastly.com"),
		at(carried(inQuery("api_key"), inQuery("api_secret")), "rest.nexmo.com"),
		at(carried(user, password), "api.nexmo.com"),
		at(header("Api-Key"), "api.pinecone.io", "api.newrelic.com", "api.eu.newrelic.com"),
		at(header("xi-api-key"), "api.elevenlabs.io"),
		at(header("x-api-key"), "api.smith.langchain.com"),
		at(header("X-Figma-Token"), "api.figma.com"),
		at(header("X-Honeycomb-Team"), "api.honeycomb.io", "api.eu1.honeycomb.io"),
		at(with(bearer, "Notion-Version", ""), "api.notion.com"),
		at(carried(inHeader("Authorization", "Token token=")), "api.pagerduty.com", "api.eu.pagerduty.com"),
		at(header("x-goog-api-key"), "generativelanguage.googleapis.com"),
		at(query("access_token"), "oauth2.googleapis.com/tokeninfo"),
		at(carried(inPath(0), inField("client_id"), inField("client_secret")), "login.microsoftonline.com"),
		at(asPassword(""), "app.vssps.visualstudio.com"),
		at(header("DD-API-KEY"), "api.datadoghq.com", ".datadoghq.com", "api.datadoghq.eu", "api.ddog-gov.com"),
		at(either(bearer, asUser), "api.tailscale.com"),
		at(query("access_token"), "api.mapbox.com"),
	)
}

// configuredPaths are issuers whose host a person's configuration names.
func configuredPaths() []vendor {
	on := func(a auth, path string) []vendor { return at(a, Configured+path) }
	return slices.Concat(
		on(word("token"), "/api/v1/api-keys"),
		on(word("token"), "/.api/graphql"),
		on(header("X-Vault-Token"), "/v1/auth/token"),
		on(header("X-JFrog-Art-Api"), "/artifactory"),
		on(bearer, "/access/api"),
		on(bearer, "/api/v4/users"),
		on(asUser, "/api/authentication"),
		on(asPassword(""), "/3.0"),
		on(bearer, "/api/org"),
		on(bearer, "/api/2.0"),
		on(word("SSWS"), "/api/v1/users"),
		on(word("SSWS"), "/api/v1/api-tokens"),
		on(word("Api-Token"), "/api/v2/apiTokens"),
		on(header("X-Shopify-Access-Token"), "/admin"),
		on(carried(inHeader("X-Algolia-API-Key", ""), inHeader("X-Algolia-Application-Id", "")), "/1/keys"),
		on(with(bearer, "apikey", ""), "/auth/v1/admin"),
		on(header("X-Octopus-ApiKey"), "/api/users"),
		on(bearer, "/apis/user.openshift.io"),
		on(carried(inPath(0)), "/"),
	)
}
