import { countryCentres } from './country-centres.ts'

const earthRadiusKm = 6_371
const radians = Math.PI / 180

/** Returns the kilometres between the centres of two countries (ISO 3166-1 alpha-2); Infinity when one of them is unknown. */
export function distanceKm(from: string | undefined, to: string): number {
  if (from === to) return 0
  const [a, b] = [from === undefined ? undefined : countryCentres.get(from), countryCentres.get(to)]
  if (a === undefined || b === undefined) return Infinity
  // Haversine.
  const latitude = Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2
  const longitude = Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2
  const chord = latitude + Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians) * longitude
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(chord)))
}
