import { openStore, storeSettings, type ObjectStore, type StoreConfig } from '@stoa/blobs'
import { defineConfig } from '@stoa/config'
import { systemError } from '@stoa/system/system-errors'
import { hasBlobs, type Deployment } from '@stoa/system/topology'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'
import { givenBy, ownSpelling } from './environment.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The bucket in which a service keeps its files, in place of the folder. */
export interface Bucket {
  readonly service: string
  readonly url: string
  /** What the keys of its files begin with, without the slash that follows. */
  readonly prefixes: readonly string[]
  readonly store: ObjectStore
}

/** The buckets that the environment names for the services of a system. @throws ConfigError for a setting that is not valid */
export function bucketsOf(services: readonly Deployment[], environment: Environment): Bucket[] {
  return services.filter(hasBlobs).flatMap(({ name, contract }) => {
    const config = defineConfig(name, storeSettings).parse(settingsOf(name, environment)) as StoreConfig
    if (config.s3Url === undefined) return []
    const prefixes = Object.keys(contract?.blobs ?? {}).map((shelf) => `${name}/${shelf}`)
    return [{ service: name, url: config.s3Url, prefixes, store: openStore(config) }]
  })
}

/** Only these, because a configuration refuses settings of the service that it does not know. */
function settingsOf(service: string, environment: Environment): Environment {
  const names = Object.keys(storeSettings).flatMap((name) => [name, ownSpelling(service, name)])
  const known = new Set(names.flatMap((name) => [name, `${name}_FILE`]))
  return Object.fromEntries(Object.entries(givenBy(environment)).filter(([name]) => known.has(name)))
}

type PlaceByService = Readonly<Record<string, string>>

/** Notes in the data folder where each service keeps its files, so that a backup from another shell does not leave them out. */
export async function recordBuckets(data: DataFolder, buckets: readonly Bucket[]): Promise<void> {
  await writeJson(
    data.buckets,
    Object.fromEntries(buckets.map(({ service, url }) => [service, url])) satisfies PlaceByService,
  )
}

/** @throws AppError `backup.other_bucket` if a service keeps its files elsewhere than the environment says */
export async function requireBuckets(data: DataFolder, buckets: readonly Bucket[]): Promise<void> {
  const recorded = (await readJson<PlaceByService>(data.buckets)) ?? {}
  for (const [service, url] of Object.entries(recorded)) {
    if (buckets.some((each) => each.service === service && each.url === url)) continue
    throw systemError(
      'backup.other_bucket',
      `the files of ${service} are in ${url}: set S3_URL to it, and S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY as for the system`,
    )
  }
}
