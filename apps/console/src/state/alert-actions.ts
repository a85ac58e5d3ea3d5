import type { Alert, SilenceMatcher } from '@stoa/contracts/monitoring/alert-resources'

type SilencedAlert = Pick<Alert, 'name' | 'labels'>

/** Which alerts a silence is for. */
interface SilenceScope {
  readonly name: string
  readonly label: string
  readonly matchers: readonly SilenceMatcher[]
}

/** The most conditions that a silence can have. */
const mostMatchers = 10

/** The scopes of a silence that starts from an alert, the narrowest first: this alert, its rule at its service, all of its service. */
export function silenceScopesOf({ name, labels }: SilencedAlert): SilenceScope[] {
  const equal = (names: readonly string[]) =>
    names.flatMap((label): SilenceMatcher[] => {
      const value = labels[label]
      return value === undefined ? [] : [{ name: label, operator: '=', value }]
    })
  // alerts of the rules of a service have the label `service`, the others that of the scrape
  const place = labels['service'] === undefined ? 'job' : 'service'
  const own = equal([
    'alertname',
    place,
    ...Object.keys(labels).filter((each) => each !== 'alertname' && each !== place),
  ])
  const service = labels[place]
  return [
    { name: 'alert', label: 'This alert', matchers: own.slice(0, mostMatchers) },
    ...(service === undefined
      ? [{ name: 'rule', label: `Every ${name}`, matchers: equal(['alertname']) }]
      : [
          { name: 'rule', label: `Every ${name} of ${service}`, matchers: equal(['alertname', place]) },
          { name: 'service', label: `Every alert of ${service}`, matchers: equal([place]) },
        ]),
  ]
}

/** How long a silence can be chosen to last, in minutes. */
export const silenceTimes = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '1440', label: '1 day' },
  { value: '10080', label: '7 days' },
] as const

/** The conditions of a silence as Prometheus writes them. */
export function conditionsOf(matchers: readonly SilenceMatcher[]): string {
  return matchers.map(({ name, operator = '=', value }) => `${name}${operator}${JSON.stringify(value)}`).join(', ')
}

/** What a severity asks for. */
export function severityWords(severity: string): string {
  const meanings: Readonly<Record<string, string>> = {
    page: 'Page: needs a person at once',
    ticket: 'Ticket: on the next working day',
  }
  return meanings[severity] ?? severity
}
