package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"errors"
)

// turnkey stamps the body with the P-256 key whose scalar is the secret, in hex digits. The key is its compressed point.
func turnkey(r *Request, in Inputs) error {
	public, scalar, err := in.pair("hex")
	if err != nil {
		return err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		return errKey
	}
	signature, err := key.Sign(nil, digest("sha256", r.Body), crypto.SHA256)
	if err != nil {
		return errors.New("secret: the EC key cannot sign")
	}
	stamp, err := object("", member{"publicKey", public}, member{"scheme", "SIGNATURE_SCHEME_TK_API_P256"}, member{"signature", hex.EncodeToString(signature)})
	if err != nil {
		return err
	}
	r.mime("application/json")
	return r.set("X-Stamp", b64url([]byte(stamp)))
}
