import type { Fields, Module, Resource, Tree } from './parse.ts'
import { calledBy, referenceProblems, valueProblems } from './references.ts'

/** What breaks our rules in the modules and environments below a folder, in a sentence each; empty if all are well. */
export function terraformProblems({ modules, environments }: Tree): string[] {
  const roots = [...modules.values()].filter(({ folder }) => folder === 'system')
  return [
    ...[...modules.values()].flatMap((module) => [
      ...versionProblems(module),
      ...referenceProblems(module, modules),
      ...module.resources.flatMap((each) =>
        resourceProblems(each, module).map((problem) => `${module.folder}: ${each.type}.${each.name} ${problem}`),
      ),
    ]),
    ...roots.flatMap((root) => [
      ...[...environments].flatMap(([name, values]) => valueProblems(name, values, root)),
      ...protectionProblems(root, environments.get('production') ?? {}, modules),
    ]),
  ]
}

/** Versions that move would make another plan of the same files. */
function versionProblems({ folder, settings, resources, data }: Module): string[] {
  const providers = settings.flatMap((each) => (each['required_providers'] ?? []) as Fields[])
  const pinned = Object.assign({}, ...providers) as Fields
  const needed = new Set([...resources, ...data].map(({ type }) => type.split('_')[0] ?? ''))
  const backends = settings.flatMap((each) => (each['backend'] ?? []) as Fields[])
  return [
    ...(settings.some((each) => /^>= 1\.\d+$/.test(String(each['required_version'])))
      ? []
      : [`${folder}: no version of Terraform is required`]),
    ...[...needed].flatMap((each) =>
      /^\d+\.\d+\.\d+$/.test(String(pinned[each]?.version)) && pinned[each]?.source === `hashicorp/${each}`
        ? []
        : [`${folder}: the provider ${each} has no source with an exact version`],
    ),
    ...backends.flatMap(({ s3 }) =>
      s3?.encrypt === true && s3?.use_lockfile === true ? [] : [`${folder}: the state is not encrypted and locked`],
    ),
  ]
}

type Fault = readonly [isFine: boolean, fault: string]

function resourceProblems({ type, name, fields }: Resource, module: Module): string[] {
  const faults = [...(faultsByType[type]?.(fields, module, name) ?? []), ...secretFaults(fields)]
  return faults.flatMap(([isFine, fault]) => (isFine ? [] : [fault]))
}

const faultsByType: Readonly<Record<string, (fields: Fields, module: Module, name: string) => readonly Fault[]>> = {
  aws_s3_bucket: (_fields, module, name) => bucketFaults(module, name),
  aws_db_instance: (fields) => [
    [fields['storage_encrypted'] === true, 'is not encrypted'],
    [fields['publicly_accessible'] === false, 'is public'],
    [fields['manage_master_user_password'] === true, 'has a password that is in the state'],
    [fields['skip_final_snapshot'] === false, 'is deleted without a snapshot'],
    [isSet(fields['backup_retention_period']), 'has no backup'],
  ],
  aws_efs_file_system: ({ encrypted }) => [[encrypted === true, 'is not encrypted']],
  aws_ecr_repository: (fields) => [
    [fields['image_tag_mutability'] === 'IMMUTABLE', 'lets tags move'],
    [fields['image_scanning_configuration']?.[0]?.scan_on_push === true, 'does not scan images'],
  ],
  aws_msk_cluster: (fields) => [
    [
      fields['encryption_info']?.[0]?.encryption_in_transit?.[0]?.client_broker === 'TLS',
      'accepts connections without TLS',
    ],
    [isSet(fields['encryption_info']?.[0]?.encryption_at_rest_kms_key_arn), 'has no key'],
    [
      fields['client_authentication']?.[0]?.unauthenticated === false &&
        fields['client_authentication']?.[0]?.sasl?.[0]?.scram === true,
      'accepts clients that do not sign in',
    ],
  ],
  aws_vpc_security_group_ingress_rule: (fields) => [[isClosed(fields) || isDoor(fields), 'is open to everyone']],
  // Rules inside of a group, and those of the former type, would not be read by the rule above.
  aws_security_group: ({ ingress }) => [[ingress === undefined, 'has rules of its own']],
  aws_default_security_group: ({ ingress }) => [[ingress === undefined, 'has rules of its own']],
  aws_security_group_rule: () => [[false, 'is not an aws_vpc_security_group_ingress_rule']],
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== '' && value !== 0
}

function bucketFaults({ resources }: Module, name: string): Fault[] {
  const of = (type: string) =>
    resources.find((each) => each.type === type && each.fields['bucket'] === `\${aws_s3_bucket.${name}.id}`)?.fields
  const block = of('aws_s3_bucket_public_access_block') ?? {}
  const rule = of('aws_s3_bucket_server_side_encryption_configuration')?.['rule']?.[0]
  const versioning = of('aws_s3_bucket_versioning')?.['versioning_configuration']?.[0]
  const blocks = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets']
  return [
    [blocks.every((each) => block[each] === true), 'may become public'],
    [isSet(rule?.apply_server_side_encryption_by_default?.[0]?.sse_algorithm), 'is not encrypted'],
    [versioning?.status === 'Enabled', 'has no versions'],
    [of('aws_s3_bucket_lifecycle_configuration') !== undefined, 'has no lifecycle'],
  ]
}

const everyone = new Set(['0.0.0.0/0', '::/0'])

function isClosed({ cidr_ipv4: four, cidr_ipv6: six }: Fields): boolean {
  return !everyone.has(String(four)) && !everyone.has(String(six))
}

function isDoor({ from_port: from, to_port: to, security_group_id: group }: Fields): boolean {
  return from === 443 && to === 443 && group === '${aws_security_group.load_balancer.id}'
}

const ofSecrets = new Set(['password', 'master_password', 'secret_string', 'secret_binary', 'auth_token'])

/** Arguments whose values Terraform writes into the state. */
function secretFaults(fields: Fields): Fault[] {
  return Object.keys(fields).map((each) => [!ofSecrets.has(each), `has ${each} in the state`])
}

/** Follows the values of production through the calls down to each database. */
function protectionProblems(module: Module, values: Fields, modules: ReadonlyMap<string, Module>): string[] {
  const valueOf = (expression: unknown): unknown => {
    const name = /^\$\{var\.(\w+)\}$/.exec(String(expression))?.[1]
    return name === undefined ? expression : (values[name] ?? module.variables[name]?.['default'])
  }
  const databases = module.resources.filter(({ type }) => type === 'aws_db_instance')
  return [
    ...databases
      .filter(({ fields }) => valueOf(fields['deletion_protection']) !== true)
      .map(({ type, name }) => `${module.folder}: ${type}.${name} can be deleted in production`),
    ...Object.values(module.calls).flatMap((call) => {
      const called = calledBy(call, module.folder, modules)
      const given = Object.fromEntries(Object.entries(call).map(([name, value]) => [name, valueOf(value)]))
      return called === undefined ? [] : protectionProblems(called, given, modules)
    }),
  ]
}
