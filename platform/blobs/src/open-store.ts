import { StartError } from '@stoa/kernel'
import { folderStore } from './folder-store.ts'
import type { ObjectStore } from './object-store.ts'
import { s3Store } from './s3/s3-store.ts'

/** The values of `storeSettings`. */
export interface StoreConfig {
  readonly blobFolder: string
  readonly s3Url?: string | undefined
  readonly s3Region: string
  readonly s3PathStyle: boolean
  readonly s3AccessKeyId?: string | undefined
  readonly s3SecretAccessKey?: string | undefined
  readonly s3TimeoutMs: number
}

/** Opens the store that the settings name; it does not have to be reachable. @throws StartError if a half of an access key is missing */
export function openStore(config: StoreConfig): ObjectStore {
  const { blobFolder, s3Url: url, s3Region, s3PathStyle, s3AccessKeyId, s3SecretAccessKey, s3TimeoutMs } = config
  if (url === undefined) return folderStore(blobFolder)
  if ((s3AccessKeyId === undefined) !== (s3SecretAccessKey === undefined)) {
    throw new StartError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both, or neither')
  }
  const credentials =
    s3AccessKeyId === undefined || s3SecretAccessKey === undefined
      ? undefined
      : { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey }
  return s3Store({ url, region: s3Region, isPathStyle: s3PathStyle, credentials, timeoutMs: s3TimeoutMs })
}
