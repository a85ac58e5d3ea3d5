import { act, closed } from '@stoa/contract'
import { Acceptance } from '@stoa/contract/routes'
import { Type } from 'typebox'

const Credential = Type.Object({
  registryToken: Type.String({ description: 'REGISTRY_TOKEN of its instances; only a hash is stored' }),
  clientSecret: Type.String({ description: 'SERVICE_CLIENT_SECRET of its instances; only a hash is stored' }),
})

/** The operating endpoints of the registry: which services it accepts beside those of the system. */
export const registryEndpoints = {
  acceptService: act('accepted/{service}', {
    summary:
      'Accept a service with its paths, permissions and calls, or change what is accepted; the first time, and with `rotate`, the answer has a new credential',
    query: Type.Object({ rotate: Type.Optional(Type.Boolean()) }, closed),
    body: Acceptance,
    answer: Type.Object({ service: Type.String(), credential: Type.Optional(Credential) }),
  }),
  removeService: act('accepted/{service}/remove', {
    summary: 'Remove an accepted service: its routes are no longer served, and its credential ends',
    answer: Type.Object({ removed: Type.String() }),
  }),
}
