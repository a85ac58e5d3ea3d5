import { missingMetric, readyMetric, upMetric } from '../alerting/built-in-rules.ts'
import type { ScrapedTarget } from '../series/make-round.ts'
import type { ServiceScrapes } from '../store/uptime.ts'
import { fetchText, type ScrapeLimits } from './fetch-text.ts'
import type { PreviousTarget, Target } from './next-targets.ts'
import { labelsOf, readExposition } from './read-exposition.ts'

export interface ScrapeOptions extends ScrapeLimits {
  readonly isKept: (name: string) => boolean
  readonly maxSeriesPerTarget: number
}

/** What a round of scrapes found. */
export interface Scraped {
  readonly targets: readonly ScrapedTarget[]
  readonly states: readonly PreviousTarget[]
  /** Samples beyond the limit of their target. */
  readonly dropped: number
}

const atOnce = 32
// What only the scrape itself knows: an instance that exposed them could fill the list of alerts.
const ofScrapes = new Set([upMetric, readyMetric, missingMetric])

/** Scrapes targets, 32 at a time; each takes bounded time and memory. One that does not respond has only the series `up`. */
export async function scrapeTargets(targets: readonly Target[], options: ScrapeOptions): Promise<Scraped> {
  const waiting = targets.values()
  const found: { scraped: ScrapedTarget; state: PreviousTarget; dropped: number }[] = []
  const work = async () => {
    for (const target of waiting) found.push(await scrapeOne(target, options))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return {
    targets: found.map(({ scraped }) => scraped),
    states: found.map(({ state }) => state),
    dropped: found.reduce((sum, { dropped }) => sum + dropped, 0),
  }
}

async function scrapeOne(target: Target, options: ScrapeOptions) {
  const text = await fetchText(target.url, options).catch(() => undefined)
  const { samples, dropped } =
    text === undefined
      ? { samples: new Map<string, number>(), dropped: 0 }
      : readExposition(text, {
          isKept: (name) => options.isKept(name) && !ofScrapes.has(name),
          maxSamples: options.maxSeriesPerTarget,
        })
  const isUp = text !== undefined
  const own = new Map<string, number>([[upMetric, Number(isUp)]])
  if (target.isReady !== undefined) own.set(readyMetric, Number(target.isReady))
  if (target.missingSinceMs !== undefined) own.set(missingMetric, target.missingSinceMs / 1_000)
  return {
    scraped: {
      target: `${target.job} ${target.instance}`,
      samples: new Map([...samples, ...own]),
      labelsOf: (key: string) => labelsOf(key, target),
    },
    state: { ...target, isUp },
    dropped,
  }
}

/** Counts the scrapes of each service. */
export function uptimeOf(states: readonly PreviousTarget[]): ServiceScrapes[] {
  return [...Map.groupBy(states, ({ job }) => job)].map(([service, scraped]) => ({
    service,
    scrapes: scraped.length,
    succeeded: scraped.filter(({ isUp }) => isUp).length,
  }))
}
