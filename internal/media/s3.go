package media

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 says where an S3-compatible service keeps the files. The bucket must exist and be private: nobody gets an address into it.
type S3 struct {
	Endpoint  string // host and port
	Bucket    string
	Region    string // "" where the service has none
	AccessKey string
	SecretKey string
	TLS       bool
	Prefix    string // before each key; "" or ending in a slash
}

type bucket struct {
	client *minio.Client
	S3
}

// OpenS3 checks that the bucket can be reached.
func OpenS3(ctx context.Context, s S3) (Blobs, error) {
	client, err := minio.New(s.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Secure: s.TLS, Region: s.Region, BucketLookup: minio.BucketLookupAuto,
	})
	if err != nil {
		return nil, fmt.Errorf("media: the S3 service: %w", err)
	}
	there, err := client.BucketExists(ctx, s.Bucket)
	if err != nil {
		return nil, fmt.Errorf("media: the S3 service %s: %w", s.Endpoint, err)
	}
	if !there {
		return nil, fmt.Errorf("media: the S3 service %s has no bucket %q", s.Endpoint, s.Bucket)
	}
	return bucket{client, s}, nil
}

// Put stores the file; the service makes it visible when all of it has come.
func (b bucket) Put(ctx context.Context, key, mime string, r io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.Bucket, b.Prefix+key, r, size, minio.PutObjectOptions{ContentType: mime, DisableContentSha256: b.TLS})
	if err != nil {
		return fmt.Errorf("media: put: %w", err)
	}
	return nil
}

// Open asks for the file's size; its bytes are fetched as they are read, from where they are read.
func (b bucket) Open(ctx context.Context, key string) (Blob, error) {
	object, err := b.client.GetObject(ctx, b.Bucket, b.Prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return Blob{}, fmt.Errorf("media: get: %w", err)
	}
	info, err := object.Stat()
	if err != nil {
		object.Close()
		if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
			return Blob{}, noBlob(err)
		}
		return Blob{}, fmt.Errorf("media: get: %w", err)
	}
	return Blob{object, info.LastModified}, nil
}

// Keys lists.
func (b bucket) Keys(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	for object := range b.client.ListObjects(ctx, b.Bucket, minio.ListObjectsOptions{Prefix: b.Prefix + prefix, Recursive: true}) {
		if object.Err != nil {
			return nil, fmt.Errorf("media: list: %w", object.Err)
		}
		keys = append(keys, strings.TrimPrefix(object.Key, b.Prefix))
	}
	return keys, nil
}

// Delete removes.
func (b bucket) Delete(ctx context.Context, key string) error {
	if err := b.client.RemoveObject(ctx, b.Bucket, b.Prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("media: delete: %w", err)
	}
	return nil
}
