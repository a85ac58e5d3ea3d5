import { errors } from '@stoa/contract'

/** What the registry refuses with. */
export const registryErrors = errors({
  'registry.service_not_found': {
    kind: 'not_found',
    title: 'No instance of this service was ever registered',
    why: 'Nothing has registered under this name since the registry’s data began.',
    mend: 'Check the name; `stoa ps` shows what runs.',
  },
  'registry.instance_not_found': {
    kind: 'not_found',
    title: 'No such instance, or its lease is over',
    why: 'The instance has left, or has not been heard of for so long that it counts as dead.',
    mend: 'Register it again; a running service does so by itself.',
  },
  'registry.token_wrong': {
    kind: 'forbidden',
    title: 'Only the system’s own processes may change the registry',
    why: 'The request lacks the token that the system’s processes share.',
    mend: 'Start the service with the REGISTRY_TOKEN of the system.',
  },
})
