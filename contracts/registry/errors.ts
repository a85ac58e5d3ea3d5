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
