import { createContext, use, useState, type ReactNode } from 'react'
import { instant, type Zone } from './format.ts'

interface ZoneChoice {
  readonly zone: Zone
  readonly toggle: () => void
}

const ZoneContext = createContext<ZoneChoice>({ zone: 'browser', toggle: () => {} })

const stored = 'stoa-console-zone'

/** The zone of all times of the console, which the browser remembers. */
export function ZoneProvider({ children }: { readonly children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() => (localStorage.getItem(stored) === 'utc' ? 'utc' : 'browser'))
  const toggle = () => {
    const next = zone === 'utc' ? 'browser' : 'utc'
    localStorage.setItem(stored, next)
    setZone(next)
  }
  return <ZoneContext value={{ zone, toggle }}>{children}</ZoneContext>
}

/** The chosen zone. */
export function useZone(): ZoneChoice {
  return use(ZoneContext)
}

/** A time in the chosen zone. */
export function Time({ at }: { readonly at: string | number }) {
  const { zone } = useZone()
  const iso = new Date(at).toISOString()
  return (
    <time dateTime={iso} title={iso} className="nowrap">
      {instant(at, zone)}
    </time>
  )
}
