package detectors

// bigrams scores how often a letter follows another inside English words and program names, against chance: the letter
// at [first][second] less 'm' is twice the binary logarithm of the ratio. Counted over the words of the Go standard library
// and of a Python code base, each word at most twenty times a file. Read-only.
var bigrams = [26]string{
	"flnoejmalbjqnpambpoqkkgiib",
	"ojjhqhfbolbpheoiemmhpefdqd",
	"qgkhphipkaomkgridlkpkidcga",
	"nijpsiheqfblihohhnnimiiika",
	"mhookljcgadmlphkirppfjjnha",
	"pfjlnphdqaaoliqjanmlpbecia",
	"kglgshinoackioqjcnpllfedcd",
	"rdfjtfddpadhjdpealjnkbfagc",
	"jinmknmacaeonsokblopakaiak",
	"oiijrihgjfjgliqifgrkqgifee",
	"qghjthnfpbdkinjhgfojlggdgb",
	"ofgnrjffqagpegqgcgnmmggamb",
	"rlgkseedoagimgppcemlmdbcea",
	"ofoppkpcnajjgjogbeorkkcaia",
	"kjnnhnjakakmnqmnaqmnolldaa",
	"qfkjqhgjmajniepncpmomffdka",
	"ikiljigijdfjnhfhlmkiuijgii",
	"oelkrklcpaiiknpgbonnmjfbka",
	"mgmirfimpajkhgmmfjnrmdjcmd",
	"oekhrieqpabjienkapnkneghnb",
	"klmioljaoaaomrgmbqppacbhad",
	"sijjtkghnacikgloiiljgijhaf",
	"qggjpghprabhjnoieplggdifad",
	"olnlpnfgncchjgkreijrhjgkib",
	"ggjgjdcbkbdmooisamqrbfgdfi",
	"mhjhufggmedgfglfdhiefgikim",
}
