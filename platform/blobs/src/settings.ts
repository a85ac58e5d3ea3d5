import { secret, setting } from '@stoa/config'
import { Type } from 'typebox'
import { s3UrlPattern } from './s3/s3-url.ts'

/** The settings of a place for objects: a folder, or a bucket of S3. */
export const storeSettings = {
  BLOB_FOLDER: setting(Type.String({ minLength: 1 }), {
    default: '.stoa/blobs',
    doc: 'Folder of uploaded files, such as images of products; all processes of the service use the same folder. Unused with `S3_URL`.',
  }),
  S3_URL: setting(
    Type.String({
      pattern: s3UrlPattern,
      description:
        'an address of a bucket without an account, such as https://s3.eu-central-1.amazonaws.com/bucket/prefix',
    }),
    {
      optional: true,
      doc: 'Bucket of S3, or of a server with its protocol, in which files are kept in place of a folder; no two systems may have the same bucket and prefix.',
    },
  ),
  S3_REGION: setting(Type.String({ pattern: '^[a-z0-9-]+$', description: 'the name of a region' }), {
    default: 'us-east-1',
    doc: 'Region of the bucket, for which requests are signed.',
  }),
  S3_PATH_STYLE: setting(Type.Boolean(), {
    default: true,
    doc: 'Whether the bucket is in the path of a request; false puts it into the host name.',
  }),
  S3_ACCESS_KEY_ID: secret(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'Name of the access key of the bucket; without it, the AWS SDK finds credentials, such as those of a service account.',
  }),
  S3_SECRET_ACCESS_KEY: secret(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'The secret of that access key.',
  }),
  S3_TIMEOUT_MS: setting(Type.Integer({ minimum: 100, maximum: 60_000 }), {
    default: 5_000,
    unit: 'ms',
    doc: 'Time after which an attempt at S3 without a response is ended; there are up to three.',
  }),
}

/** The settings of a service that stores blobs. */
export const blobSettings = {
  ...storeSettings,
  UPLOAD_IDLE_MS: setting(Type.Integer({ minimum: 1_000, maximum: 3_600_000 }), {
    default: 30_000,
    unit: 'ms',
    doc: 'Time without new data after which an upload is ended; there is no limit of its total time.',
  }),
}
