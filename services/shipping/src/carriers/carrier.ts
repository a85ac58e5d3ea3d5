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
  /** A carrier that exists here only: its parcels move on this clock, and staff may tell what they like in its name. */
  readonly simulated?: { readonly dayMs: number }
}

/** The carriers by name, the preferred one first. */
export type Carriers = ReadonlyMap<string, Carrier>

/** The first carrier that goes to this country. */
export function chooseCarrier(carriers: Carriers, country: string): Carrier | undefined {
  return [...carriers.values()].find((carrier) => carrier.serves(country))
}
