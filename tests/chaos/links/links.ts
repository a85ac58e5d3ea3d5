import { openLink, type Link } from './link.ts'

/** Where the links listen; every 127.x.y.z is this machine on Linux, elsewhere the address has to be made first. */
export const linkHost = '127.0.0.2'

/** The links of one system, by who is reached over them. */
export type Links = ReadonlyMap<string, Link>

/** Opens a link to each of these ports. @throws when this machine has no second loopback address */
export async function openLinks(ports: ReadonlyMap<string, number>): Promise<Links> {
  const opened = await Promise.all(
    [...ports].map(async ([name, port]): Promise<[string, Link]> => [name, await openLink({ host: linkHost, port })]),
  )
  return new Map(opened)
}

export async function closeLinks(links: Links): Promise<void> {
  await Promise.all([...links.values()].map((link) => link.close()))
}

/** The link to this one. */
export function linkTo(links: Links, name: string): Link {
  const found = links.get(name)
  if (found === undefined) throw new Error(`there is no link to ${name}`)
  return found
}
