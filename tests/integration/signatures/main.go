// usage: verify SECRET PUBLIC_KEY FILE
//
// Asks the Go library of Standard Webhooks, and Go's own ed25519, about each line of FILE: an id, a
// time, the signatures and a body in base64, with tabs in between. All have to be right, and none may
// be once a byte of its body is another. Says how many lines there were.
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Whether the signature "v1a," is right.
func verifyPublic(key ed25519.PublicKey, id, time, signatures string, body []byte) bool {
	text := append([]byte(id+"."+time+"."), body...)
	for _, one := range strings.Split(signatures, " ") {
		if strings.HasPrefix(one, "v1a,") {
			signature, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "v1a,"))
			must(err)
			return ed25519.Verify(key, text, signature)
		}
	}
	return false
}

func main() {
	webhook, err := standardwebhooks.NewWebhook(os.Args[1])
	must(err)
	public, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Args[2], "whpk_"))
	must(err)
	file, err := os.Open(os.Args[3])
	must(err)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	count := 0
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		body, err := base64.StdEncoding.DecodeString(parts[3])
		must(err)
		header := http.Header{}
		header.Set("webhook-id", parts[0])
		header.Set("webhook-timestamp", parts[1])
		header.Set("webhook-signature", parts[2])
		if webhook.Verify(body, header) != nil ||
			!verifyPublic(public, parts[0], parts[1], parts[2], body) {
			must(fmt.Errorf("line %d is refused", count))
		}
		body[count%len(body)] ^= 1
		if webhook.Verify(body, header) == nil ||
			verifyPublic(public, parts[0], parts[1], parts[2], body) {
			must(fmt.Errorf("line %d is accepted, altered", count))
		}
		count++
	}
	must(lines.Err())
	fmt.Println(count)
}
