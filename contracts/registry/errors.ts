import { errors } from '@stoa/contract'

/** The errors that the registry returns. */
export const registryErrors = errors({
  'registry.service_not_found': {
    kind: 'not_found',
    title: 'No instance of this service has ever registered',
    why: 'The registry has no record of an instance with this service name.',
    fix: 'Check the name; `stoa ps` lists what runs.',
  },
  'registry.instance_not_found': {
    kind: 'not_found',
    title: 'No such instance, or its lease has expired',
    why: 'The instance has left, or has not renewed its lease in time.',
    fix: 'Register it again; a running service does so automatically.',
  },
  'registry.token_wrong': {
    kind: 'forbidden',
    title: 'Only processes of the system may change the registry',
    why: 'The request does not carry the token that the processes of the system share.',
    fix: 'Start the service with the REGISTRY_TOKEN of the system.',
  },
  'registry.instances_exhausted': {
    kind: 'conflict',
    title: 'The service has as many instances as the registry keeps',
    why: 'The registry keeps up to 1,000 instances of a service, so that one that registers again and again under new keys cannot fill it.',
    fix: 'Register with the same key again instead of a new one, or wait until the leases of former instances end.',
  },
  'registry.key_of_another_service': {
    kind: 'conflict',
    title: 'The key belongs to an instance of another service',
    why: 'A registration with this key exists, under another service name.',
    fix: 'Use a new random key for each process.',
  },
  'registry.routes_unknown': {
    kind: 'not_found',
    title: 'The registry has no routes document with this digest',
    why: 'The instance has named its routes by a digest that the registry has never received, or no longer keeps.',
    fix: 'Send the document with its digest; a running service does so automatically.',
  },
  'registry.routes_not_of_service': {
    kind: 'invalid',
    title: 'The routes document is not valid, or does not belong to the instance or to its digest',
    why: 'The document is not of the form that this registry knows, names another service than the path, or has another digest than the one that was sent with it.',
    fix: 'Send the document of the contract of this service, as `routesDocument` makes it.',
  },
})
