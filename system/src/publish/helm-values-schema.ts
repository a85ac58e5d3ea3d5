import type { Configured } from './connections.ts'
import { settingsToState } from './environment.ts'

const text = { type: 'string' } as const
const word = { type: 'string', minLength: 1 } as const
const flag = { type: 'boolean' } as const
const count = { type: 'integer', minimum: 1 } as const
const percent = { type: 'integer', minimum: 1, maximum: 100 } as const

const amounts = closed({ cpu: { type: ['string', 'number'] }, memory: text })
const resources = closed({ requests: amounts, limits: amounts })

interface Described {
  readonly all: readonly Configured[]
  readonly claims: readonly string[]
  /** The variables that the manifests set, by process: a setting of the same name would be ignored. */
  readonly given: ReadonlyMap<string, ReadonlySet<string>>
}

/** The JSON schema of the values of a chart: a name that no template or process reads is refused, and so is a secret among the settings. */
export function valuesSchema({ all, claims, given }: Described): object {
  const own = new Map(all.map((each) => [each.deployment.name, freeSettings(each, given)]))
  const service = (settings: readonly string[]) =>
    closed({ min: count, max: count, cpuPercent: percent, tag: text, settings: texts(settings), resources }, [
      'min',
      'max',
      'cpuPercent',
    ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...closed({
      // What Helm itself adds.
      global: { type: 'object' },
      image: closed({ registry: word, tag: text }),
      imagePullSecrets: { type: 'array', items: word },
      settings: texts(Object.keys(settingsToState(all.map(({ deployment }) => deployment)))),
      furtherSettings: texts([...new Set([...own.values()].flat())].toSorted()),
      resources,
      migrationJob: flag,
      autoscaling: { enum: ['hpa', 'keda', 'none'] },
      keda: closed({ prometheus: word, lag: { type: ['string', 'integer'] } }),
      networkPolicies: flag,
      monitoringNamespace: word,
      volumes: closed(Object.fromEntries(claims.map((each) => [each, closed({ size: word, storageClass: text })]))),
      ingress: closed({
        enabled: flag,
        className: text,
        host: text,
        tlsSecret: text,
        annotations: { type: 'object', additionalProperties: text },
      }),
      gatewayApi: closed({ enabled: flag, host: text, gateway: text, gatewayNamespace: text }),
      serviceMonitor: closed({ enabled: flag, interval: word }),
      services: closed(Object.fromEntries([...own].map(([name, settings]) => [name, service(settings)]))),
    }),
  }
}

/** The settings of a process that an installation can choose in a ConfigMap. */
function freeSettings({ deployment: { name }, settings }: Configured, given: Described['given']): string[] {
  return Object.entries(settings)
    .filter(([setting, { isSecret }]) => !isSecret && given.get(name)?.has(setting) !== true)
    .map(([setting]) => setting)
    .toSorted()
}

function texts(names: readonly string[]) {
  return closed(Object.fromEntries(names.map((name) => [name, text])))
}

function closed(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) {
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}) }
}
