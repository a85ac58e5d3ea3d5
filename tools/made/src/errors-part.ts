import { platformErrors, type ErrorCatalogue, type Service } from '@stoa/contract'
import { errorGuide } from '@stoa/http'

/** The page of all codes: those of every door first, then each service's own. */
export function errorsPart(services: readonly Service[]): string {
  const owners: [string, ErrorCatalogue][] = services.map(({ name, errors }) => [name, errors])
  return [['every service', platformErrors] as const, ...owners].map(section).join('\n\n')
}

function section([owner, errors]: readonly [string, ErrorCatalogue]): string {
  return [
    `## ${owner}`,
    ...Object.entries(errors).map(([code, description]) => describe(errorGuide(code, description))),
  ].join('\n\n')
}

function describe({ code, status, title, why, fix, retry }: ReturnType<typeof errorGuide>): string {
  return `### ${code}\n\n${status} · ${title}. ${why}\n\n- What to do: ${fix}\n- Retry? ${retry}`
}
