import { isInternalPath } from '@stoa/contract'
import type { System } from '../define-system.ts'
import { alertRulesOf } from '../alert-rules.ts'
import { counted, missingPages, type Point, type ReadFile } from './point.ts'

const permissionsPage = 'docs/permissions.md'

/** Every route that clients can reach has a permission that is documented, or needs no token. */
export async function gatewayPoint({ services, catalogue }: System, read: ReadFile): Promise<Point> {
  const routes = catalogue.flatMap(({ operations }) =>
    Object.values(operations).filter(({ path }) => !isInternalPath(path)),
  )
  const open = routes.filter(({ permission }) => permission === 'public')
  const permissions = [...new Set(routes.map(({ permission }) => permission))].filter((each) => each.includes(':'))
  return {
    title: 'Routing and authentication of the gateway are documented',
    evidence: [
      `${counted(routes.length, 'route')} of ${counted(catalogue.length, 'service')}; ${open.length} need no token: edge/gateway/README.md lists them`,
      `${counted(permissions.length, 'permission')}, each in ${permissionsPage} with the roles that have it`,
    ],
    missing: [
      ...(services.some(({ kind }) => kind === 'gateway') ? [] : ['the system has no gateway']),
      ...(await missingPages(read, [
        { path: 'edge/gateway/README.md', texts: catalogue.map(({ name }) => `| ${name} |`) },
        { path: permissionsPage, texts: permissions.map((each) => `\`${each}\``) },
      ])),
    ],
  }
}

/** Every process has a page, and every service a context: the team that owns it. */
export async function cataloguePoint({ services }: System, read: ReadFile): Promise<Point> {
  const contexts = Map.groupBy(services, ({ contract }) => contract?.owner ?? 'platform')
  return {
    title: 'The services are catalogued with their contexts',
    evidence: [...contexts]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([owner, owned]) => `${owner}: ${owned.map(({ name }) => name).join(', ')}`),
    missing: await missingPages(
      read,
      services.map(({ folder, contract }) => ({
        path: `${folder}/README.md`,
        texts: contract === undefined ? [] : [`owned by ${contract.owner}`],
      })),
    ),
  }
}

/** Every service has alerts of its own, and every alert a section of the runbook. */
export async function observabilityPoint(system: System, read: ReadFile): Promise<Point> {
  const rules = alertRulesOf(system).flatMap((group) => group.rules)
  const runbooks = Map.groupBy(rules, ({ annotations }) => annotations.runbook)
  const lost = await Promise.all(
    [...runbooks.keys()].map(async (runbook) => {
      const [page = '', section = ''] = runbook.split('#')
      const headings = ((await read(page)) ?? '').split('\n').filter((line) => line.startsWith('## '))
      const isThere = headings.some((line) => line.slice(3).toLowerCase().replaceAll(' ', '-') === section)
      return isThere ? [] : [`${page} has no section ${section}`]
    }),
  )
  const silent = system.services.filter(
    ({ name, contract }) => contract !== undefined && !rules.some(({ labels }) => labels.service === name),
  )
  const hasTraces = system.services.some(({ name }) => name === 'monitoring')
  return {
    title: 'Observability is documented',
    evidence: [
      `${counted(rules.length, 'alert rule')} of ${counted(system.services.length, 'process', 'processes')}, each with a section of docs/runbooks/alerts.md`,
      'every process has /metrics and writes its logs as JSON',
      ...(hasTraces ? ['monitoring receives and searches the traces'] : []),
    ],
    missing: [...lost.flat(), ...silent.map(({ name }) => `${name} has no alert`)],
  }
}
