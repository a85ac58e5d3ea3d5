/** A place for objects in a bucket. */
export interface BucketPlace {
  /** Where the server is, without the bucket. */
  readonly endpoint: string
  readonly bucket: string
  /** What all keys begin with: empty, or ending in a slash. */
  readonly prefix: string
}

/** The form of `S3_URL`: no account, which belongs into secrets, and no query. */
export const s3UrlPattern = String.raw`^https?://[^/?#@\s]+/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?$`

/** Reads an address such as `https://s3.eu-central-1.amazonaws.com/bucket/prefix`. @throws TypeError if it names no bucket */
export function placeOf(url: string): BucketPlace {
  if (!new RegExp(s3UrlPattern).test(url)) throw new TypeError('it must be an address with a bucket')
  const { origin, pathname } = new URL(url)
  const [bucket = '', ...folders] = pathname.split('/').filter((part) => part !== '')
  return { endpoint: origin, bucket, prefix: folders.map((folder) => `${folder}/`).join('') }
}
