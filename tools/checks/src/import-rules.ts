import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { IForbiddenRuleType } from 'dependency-cruiser'
import { root } from './root.ts'

/** Platform packages from the ground up; each may import those of earlier layers only. */
const platformLayers = [
  ['kernel'],
  ['contract'],
  ['telemetry', 'rest', 'lake', 'fonts'],
  ['config', 'security', 'resilience', 'postgres'],
  ['audit', 'blobs'],
  ['http', 'rpc', 'events', 'tasks', 'cache', 'discovery'],
  ['client', 'eventsourcing', 'flags', 'saga'],
  ['service'],
  ['local'],
]

// What a process takes of the system that it is part of: catalogue, roles.
const runningSystem = String.raw`^system/src/running-system\.ts$`

const testFiles = String.raw`(\.test\.ts$|/tests/|/test-[^/]+\.ts$)`

/**
 * "Which way imports may point" as rules over resolved paths, type imports included. `prefix` is a pattern that may stand
 * before every path of an importing file: the known-bad fixtures are judged by the same rules as the tree.
 */
export function importRules(prefix = ''): IForbiddenRuleType[] {
  const at = (pattern: string) => `^${prefix}(?:${pattern})`
  return [...platformRules(at), ...productRules(at), ...wholeSystemRules(at), unresolvedRule()]
}

type At = (pattern: string) => string

function platformRules(at: At): IForbiddenRuleType[] {
  const layers = platformLayers.map((layer, depth): IForbiddenRuleType => {
    const upward = platformLayers.slice(depth).flat().join('|')
    return {
      name: `platform-${layer[0]}-layer-imports-only-lower-layers`,
      severity: 'error',
      from: { path: at(`platform/(${layer.join('|')})/`), pathNot: testFiles },
      to: { path: `^platform/(${upward}|testing)/`, pathNot: '^platform/$1/' },
    }
  })
  return [
    ...layers,
    {
      name: 'kernel-depends-on-nothing',
      severity: 'error',
      from: { path: at('platform/kernel/'), pathNot: testFiles },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^platform/',
      },
    },
    {
      name: 'platform-knows-no-product',
      severity: 'error',
      from: { path: at('platform/'), pathNot: testFiles },
      to: { path: '^(apps|contracts|services|control|edge|system|systems|supervisor|cli|tests|bench|examples|tools)/' },
    },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      from: { path: at('.'), pathNot: `${testFiles}|${at('(platform/testing|tests|bench|tools|examples)/')}` },
      to: { path: '^platform/testing/' },
    },
  ]
}

function productRules(at: At): IForbiddenRuleType[] {
  return [
    {
      name: 'service-imports-no-other-service',
      severity: 'error',
      from: { path: at('(services|control|edge)/([^/]+)/') },
      to: { path: `^(services|control|edge)/|^@stoa/(${deployables().join('|')})(/|$)`, pathNot: '^$1/$2/' },
    },
    {
      name: 'service-imports-only-contracts-and-platform',
      severity: 'error',
      from: { path: at('(services|control|edge)/') },
      to: {
        path: '^(apps|system|systems|supervisor|cli|tests|bench|examples|tools)/',
        pathNot: runningSystem,
      },
    },
    {
      name: 'domain-imports-only-kernel-and-own-contract',
      severity: 'error',
      from: { path: at('(services|control|edge)/([^/]+)/src/domain/'), pathNot: testFiles },
      to: {
        path: '.',
        pathNot: String.raw`^$1/$2/src/domain/|^platform/kernel/|^contracts/($2|shared)/`,
      },
    },
    {
      name: 'contracts-import-only-kernel-and-contract',
      severity: 'error',
      from: { path: at('contracts/'), pathNot: testFiles },
      to: {
        path: '^(apps|platform|services|control|edge|system|systems|supervisor|cli|tests|bench|examples|tools)/',
        pathNot: '^platform/(kernel|contract)/',
      },
    },
    {
      name: 'contract-imports-only-events-and-rpc-of-another',
      severity: 'error',
      // what the gateway combines is refused with the errors of the services that it combines
      from: { path: at('contracts/([^/]+)/'), pathNot: `${testFiles}|^contracts/gateway/errors\\.ts$` },
      to: {
        path: '^contracts/[^/]+/',
        pathNot: String.raw`^contracts/($1/|shared/|[^/]+/(events|rpc)[^/]*$)`,
      },
    },
    {
      name: 'apps-import-only-contracts-and-rest',
      severity: 'error',
      from: { path: at('apps/([^/]+)/'), pathNot: testFiles },
      to: {
        path: '^(apps|platform|services|control|edge|system|systems|supervisor|cli|tests|bench|examples|tools)/',
        pathNot: '^apps/$1/|^platform/(contract|rest)/|^platform/[^/]+/src/endpoints\\.ts$',
      },
    },
  ]
}

/** A service's package may export nothing; an import of it leads nowhere then, and is known by its name alone. */
function deployables(): string[] {
  return ['services', 'control', 'edge'].flatMap((folder) => readdirSync(join(root, folder)))
}

function wholeSystemRules(at: At): IForbiddenRuleType[] {
  return [
    {
      name: 'cli-imports-only-system-contracts-and-clients',
      severity: 'error',
      from: { path: at('cli/'), pathNot: testFiles },
      to: {
        path: '^(apps|platform|services|control|edge|tests|bench|examples|tools)/',
        // an export of the audit trail is verified without any service
        pathNot:
          '^platform/(client|contract|kernel|rest)/|^platform/[^/]+/src/endpoints\\.ts$|^platform/security/src/audit-chain\\.ts$',
      },
    },
    {
      name: 'only-cli-tests-bench-examples-and-tools-import-system',
      severity: 'error',
      from: { path: at('.'), pathNot: at('(system|systems|supervisor|cli|tests|bench|examples|tools)/') },
      to: { path: '^systems?/', pathNot: runningSystem },
    },
    {
      name: 'only-cli-tests-bench-examples-and-tools-import-supervisor',
      severity: 'error',
      from: { path: at('.'), pathNot: at('(supervisor|cli|tests|bench|examples|tools)/') },
      to: { path: '^supervisor/' },
    },
  ]
}

/** An import that leads nowhere is judged by no other rule, so it fails by itself. */
function unresolvedRule(): IForbiddenRuleType {
  return { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } }
}
