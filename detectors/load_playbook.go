package detectors

// playbook reads a playbook. Whom to tell follows from the kind of provider unless the file says it.
func playbook(raw rawPlaybook, kind, title string) Playbook {
	p := Playbook(raw)
	if len(p.Tell) > 0 || len(p.Steps) == 0 {
		return p
	}
	switch kind {
	case "exchange", "custody", "payments":
		p.Tell = []string{"The owner of the account.", "The support of " + title + ", at once, when something moved that nobody on the team moved: what has not left yet can be stopped."}
	case "wallet":
		p.Tell = []string{"Whoever owns what the key controls."}
	default:
		p.Tell = []string{"The owner of the account, and whoever uses the credential: what they run stops when it ends."}
	}
	return p
}
