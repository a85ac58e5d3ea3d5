export { openPlace, type LocalService, type Place, type PlaceOptions } from './open-place.ts'
export { asCaller, staticIdentity, type LocalCaller } from './static-identity.ts'
