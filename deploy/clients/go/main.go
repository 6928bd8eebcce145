// Asks the catalogue over TLS who it takes us for, and how many clusters we see. We show a token, a
// client certificate, both or neither: client -help says how.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	cataloguev1 "clusterwire.internal/go/catalogue/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// The name of a file with a token, which is read anew for each call: Kubernetes replaces it every hour.
type tokenFile string

func (file tokenFile) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	token, err := os.ReadFile(string(file))
	return map[string]string{"authorization": "Bearer " + strings.TrimSpace(string(token))}, err
}

// No token is sent in clear text.
func (tokenFile) RequireTransportSecurity() bool { return true }

func tlsConfig(authority, certificate, key string) (*tls.Config, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", authority)
	}
	if certificate != "" {
		// Asked for at each connection, so that a renewed one is shown.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(certificate, key)
			return &pair, err
		}
	}
	return config, nil
}

func run(address, authority, token, certificate, key string) error {
	config, err := tlsConfig(authority, certificate, key)
	if err != nil {
		return err
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(credentials.NewTLS(config))}
	if token != "" {
		options = append(options, grpc.WithPerRPCCredentials(tokenFile(token)))
	}
	connection, err := grpc.Dial(address, options...)
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	me, err := cataloguev1.NewGrantServiceClient(connection).WhoAmI(ctx, &cataloguev1.WhoAmIRequest{})
	if err != nil {
		return err
	}
	clusters, err := cataloguev1.NewClusterServiceClient(connection).ListClusters(ctx, &cataloguev1.ListClustersRequest{PageSize: 1000})
	if err != nil {
		return err
	}
	fmt.Printf("%s sees %d clusters\n", me.GetSubject(), len(clusters.GetClusters()))
	return nil
}

func main() {
	address := flag.String("address", "localhost:50051", "the catalogue's")
	authority := flag.String("ca", "ca.crt", "file with the authority of its certificate")
	token := flag.String("token", "", "file with a token")
	certificate := flag.String("certificate", "", "file with a client certificate")
	key := flag.String("key", "", "file with its key")
	flag.Parse()
	if err := run(*address, *authority, *token, *certificate, *key); err != nil {
		if refused, ok := status.FromError(err); ok {
			log.Fatalf("%s: %s", refused.Code(), refused.Message())
		}
		log.Fatal(err)
	}
}
