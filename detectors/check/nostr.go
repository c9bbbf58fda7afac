package check

import "github.com/decred/dcrd/dcrec/secp256k1/v4"

func npub(pub *secp256k1.PublicKey) string {
	return encodeBech32("npub", pub.SerializeCompressed()[1:])
}
