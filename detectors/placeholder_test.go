package detectors

import "testing"

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]bool{
		"your_api_key_goes_here": true, "xxxxxxxxxxxxxxxxxxxx": true, "changeme": true, "0000000000000000": true, "abcabcabcabcabcabc": true,
		"abcdefghijklmnop": true, "1234567890123456": true, "deadbeefdeadbeef": true, "<insert key>": true,
		"q8Zk2Lw9Xv4Rt7Yp1Nc6Hb3Jd5Mf0Ga": false, "7d02f1c94be86a35f01e9c7b62d84a13": false, "c9f3a1be-5d27-4e80-9b16-02e7d4f8a35c": false,
	} {
		if got := placeholder(text); got != want {
			t.Errorf("placeholder(%q) is %v", text, got)
		}
	}
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]bool{
		"${API_KEY}": true, "{{ .Values.key }}": true, "process.env.KEY": true, "os.getenv('KEY')": true, "<your key>": true, "%API_KEY%": true,
		"None": true, "vault:kv/okx": true, "#{ENV['KEY']}": true, "Tr4ding!Pass": false, "hunter2hunter": false,
	} {
		if got := reference(text); got != want {
			t.Errorf("reference(%q) is %v", text, got)
		}
	}
}
