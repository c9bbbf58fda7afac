package check

import (
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 EOS checksums are RIPEMD-160
)

func ripemd(parts ...[]byte) []byte {
	h := ripemd160.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// eosPublic is the legacy form: EOS and base58 of the point with four bytes of its RIPEMD-160.
func eosPublic(pub *secp256k1.PublicKey) string {
	key := pub.SerializeCompressed()
	return "EOS" + bitcoin58.encode(append(key, ripemd(key)[:4]...))
}
