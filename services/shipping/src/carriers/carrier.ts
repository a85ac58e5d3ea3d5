import type { Rate } from '@stoa/contracts/shipping/resources'
import type { SignedWebhook } from '@stoa/security'

/** A party that moves parcels. */
export interface Carrier {
  readonly name: string
  /** Whether it goes to this country. */
  readonly serves: (country: string) => boolean
  /** What it charges for a parcel, by zone and weight; none when it does not go there. */
  readonly ratesOf: (country: string, weightGrams: number) => readonly Rate[]
  /** What it follows a shipment by: always the same for the same one. */
  readonly trackingNumberOf: (shipmentId: string) => string
  /** The id of a message it has signed; undefined for any other. */
  readonly messageIdOf: (webhook: SignedWebhook) => string | undefined
  /** A simulated carrier: its parcels move by this clock, and staff can report events for it. */
  readonly simulated?: { readonly dayMs: number }
}

/** The carriers by name, the preferred one first. */
export type Carriers = ReadonlyMap<string, Carrier>

/** The first carrier that goes to this country. */
export function chooseCarrier(carriers: Carriers, country: string): Carrier | undefined {
  return [...carriers.values()].find((carrier) => carrier.serves(country))
}

/** The methods by which a carrier goes to this country; none when it does not go there. */
export function methodsOf(carrier: Carrier | undefined, country: string): string[] {
  return carrier === undefined ? [] : carrier.ratesOf(country, 0).map(({ method }) => method)
}
