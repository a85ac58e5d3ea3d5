const identity = /^URI:spiffe:\/\/stoa\/([a-z][a-z\d]*(?:-[a-z\d]+)*)$/

/** The identity of a service in its certificate. */
export function spiffeId(service: string): string {
  return `spiffe://stoa/${service}`
}

/** Returns the service that a certificate names, from its subject alternative names as Node formats them; undefined unless the only URI is the SPIFFE id of a service. */
export function serviceOf(subjectAltName: string | undefined): string | undefined {
  // Node quotes a name that contains a comma: it could pretend to be several
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined
  const uris = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'))
  return uris.length === 1 ? identity.exec(uris[0] ?? '')?.[1] : undefined
}
