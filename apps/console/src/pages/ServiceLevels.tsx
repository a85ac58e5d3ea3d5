import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { serviceLevels, type ErrorBudget, type ServiceLevel } from '../api/service-levels.ts'
import { BudgetBar } from '../parts/BudgetBar.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Fact } from '../parts/Fact.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { count, duration } from '../state/format.ts'
import { burnOf, percent, rateWords, stateOfBudget, worstLevelFirst, type BudgetKind } from '../state/service-levels.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/service-levels')

const kinds = ['errors', 'availability'] as const satisfies readonly BudgetKind[]

/** What is left of the error budgets, and how fast they are spent: the worst service first, and the chosen one in full. */
export function ServiceLevels() {
  const { service, budget } = route.useSearch()
  const navigate = route.useNavigate()
  const kind = kinds.find((each) => each === budget) ?? 'errors'
  const query = useQuery({
    queryKey: ['service-levels'],
    queryFn: async ({ signal }) => (await serviceLevels.listServiceLevels({ signal })).body.items,
    refetchInterval: 15_000,
  })
  return (
    <Page title="Service levels">
      <div className="filters">
        <Choice
          label="Budget"
          all="errors: requests that fail"
          value={kind === 'errors' ? undefined : kind}
          options={['availability']}
          onChange={(next) =>
            void navigate({
              search: ({ budget: _, ...rest }) => (next === undefined ? rest : { ...rest, budget: next }),
            })
          }
        />
      </div>
      <Result query={query}>
        {(levels) => {
          const chosen = levels.find((level) => level.service === service)
          if (levels.length === 0)
            return <Empty title="No service levels">No service of this system declares one.</Empty>
          return (
            <div className={chosen === undefined ? '' : 'columns panel-first'}>
              <DataTable
                caption="Service levels"
                columns={columnsOf(kind)}
                rows={worstLevelFirst(levels)}
                keyOf={(level) => level.service}
              />
              {chosen !== undefined && <Details level={chosen} />}
            </div>
          )
        }}
      </Result>
      <p className="caption">
        Budgets are those of 30 days, counted since monitoring first ran. At a burn of 1× a budget lasts 30 days; above
        14.4× in an hour, or 6× in six hours, an alert fires.
      </p>
    </Page>
  )
}

function columnsOf(kind: BudgetKind): readonly Column<ServiceLevel>[] {
  const burn = (title: string, minutes: number): Column<ServiceLevel> => ({
    title,
    isNumber: true,
    isDetail: true,
    cell: (level) => rateWords(burnOf(level[kind], minutes)),
  })
  return [
    {
      title: 'Service',
      cell: ({ service }) => (
        <Link to="/service-levels" search={(rest) => ({ ...rest, service })}>
          {service}
        </Link>
      ),
    },
    { title: 'State', cell: (level) => <StateChip state={stateOfBudget(level[kind])} /> },
    { title: 'Goal', isNumber: true, isDetail: true, cell: (level) => percent(1 - level[kind].allowed) },
    { title: 'Budget left', cell: (level) => <BudgetBar budget={level[kind]} /> },
    burn('Burn 1 h', 60),
    burn('Burn 6 h', 360),
  ]
}

function Details({ level }: { readonly level: ServiceLevel }) {
  const { service, latency } = level
  return (
    <section className="card stack" aria-label={`Service level of ${service}`}>
      <div className="row spread">
        <h2>{service}</h2>
        <Link to="/service-levels" search={({ service: _, ...rest }) => rest}>
          Close
        </Link>
      </div>
      <div className="row">
        <Link to="/alerts" search={{ service }}>
          Alerts
        </Link>
        <Link to="/traces" search={{ service, show: 'failed' }}>
          Failed traces
        </Link>
        <Link to="/runbooks/$name" params={{ name: 'alerts' }} hash="error-budget-burn">
          Runbook
        </Link>
      </div>
      <BudgetFacts title="Errors" unit="requests" budget={level.errors} />
      <BudgetFacts title="Availability" unit="scrapes" budget={level.availability} />
      <h3>Latency</h3>
      <dl className="facts">
        <Fact name="99th percentile">
          {latency.p99Ms === undefined ? 'no requests in the last 5 minutes' : duration(latency.p99Ms)}
        </Fact>
        <Fact name="Goal">{duration(latency.allowedP99Ms)}</Fact>
      </dl>
    </section>
  )
}

interface BudgetFactsProps {
  readonly title: string
  readonly unit: string
  readonly budget: ErrorBudget
}

function BudgetFacts({ title, unit, budget }: BudgetFactsProps) {
  const { allowed, counted, wrong, since, burnRates } = budget
  return (
    <>
      <h3>{title}</h3>
      <dl className="facts">
        <Fact name="Goal">{percent(1 - allowed)}</Fact>
        <Fact name="Budget left">
          <BudgetBar budget={budget} />
        </Fact>
        <Fact name="Counted">
          {count(wrong)} of {count(counted)} {unit} failed
          {since !== undefined && (
            <>
              {' '}
              since <Time at={since} />
            </>
          )}
        </Fact>
        <Fact name="Burn">
          <span className="row tight">
            {burnRates.map(({ minutes, rate }) => (
              <span key={minutes} className="nowrap">
                {rateWords(rate)}{' '}
                <span className="quiet">in {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}</span>
              </span>
            ))}
          </span>
        </Fact>
      </dl>
    </>
  )
}
