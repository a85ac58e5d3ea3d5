const identity = /^URI:spiffe:\/\/stoa\/([a-z][a-z\d]*(?:-[a-z\d]+)*)$/

/** The identity of a service in its certificate. */
export function spiffeId(service: string): string {
  return `spiffe://stoa/${service}`
}

/** The service of the one SPIFFE id among the alternative names of a certificate, as Node writes them; undefined if there is none. */
export function serviceOf(subjectAltName: string | undefined): string | undefined {
  // Node quotes a name that contains a comma: it could pretend to be several
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined
  const uris = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'))
  return uris.length === 1 ? identity.exec(uris[0] ?? '')?.[1] : undefined
}
