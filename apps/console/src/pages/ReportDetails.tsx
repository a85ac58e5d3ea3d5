import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { reports, type ShownReport } from '../api/reports.ts'
import { ActionDialog, type Action } from '../parts/ActionDialog.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { Fact } from '../parts/Fact.tsx'
import { Page } from '../parts/Page.tsx'
import { ReportFiles } from '../parts/ReportFiles.tsx'
import { Result } from '../parts/Result.tsx'
import { count } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/reports/$id')

/** One report: its state, its files, and what they were made of. Messages about reports lead here. */
export function ReportDetails() {
  const { id } = route.useParams()
  const can = useCan()
  const query = useQuery({
    queryKey: ['report', id],
    queryFn: async ({ signal }) => (await reports.getReport({ params: { id: id as ShownReport['id'] }, signal })).body,
    refetchInterval: ({ state: { data } }) => (data?.state === 'queued' ? 2_000 : false),
  })
  const report = query.data
  return (
    <Page
      title={report?.title ?? 'Report'}
      heading={
        report && (
          <>
            {report.title} <StateChip state={report.state} />
          </>
        )
      }
      actions={report?.state === 'failed' && can('report:generate') && <Repeat report={report} />}
    >
      <Result query={query}>{(found) => <Details report={found} />}</Result>
    </Page>
  )
}

function Repeat({ report: { id, title } }: { readonly report: ShownReport }) {
  const [action, setAction] = useState<Action>()
  const repeat: Action = {
    label: 'Repeat the report',
    effect: `reporting runs the query of "${title}" again and makes its files. The figures are those of the new run.`,
    run: () => reports.repeatReport({ params: { id } }),
  }
  return (
    <>
      <Button variant="default" onClick={() => setAction(repeat)}>
        Repeat…
      </Button>
      <ActionDialog action={action} onClose={() => setAction(undefined)} />
    </>
  )
}

function Details({ report }: { readonly report: ShownReport }) {
  const { query, createdAt, endedAt, rowCount, isTruncated, asOf, error, sql, id } = report
  return (
    <div className="stack">
      {report.state === 'completed' && <ReportFiles report={report} />}
      <section className="card">
        <dl className="facts">
          {error !== undefined && <Fact name={report.state === 'failed' ? 'Failed' : 'Waits'}>{error}</Fact>}
          {query.from !== undefined && (
            <Fact name="Period">
              from {query.from} until {query.to}, in UTC
            </Fact>
          )}
          {rowCount !== undefined && (
            <Fact name="Rows">
              {count(rowCount)}
              {isTruncated === true && ', and there are more than the report may have'}
            </Fact>
          )}
          <Fact name="Requested">
            <Time at={createdAt} />
          </Fact>
          {endedAt !== undefined && (
            <Fact name="Ended">
              <Time at={endedAt} />
            </Fact>
          )}
          {asOf !== undefined && (
            <Fact name="Events until">
              <Time at={asOf} />
            </Fact>
          )}
          {sql !== undefined && (
            <Fact name="Query">
              <code className="mono">{sql}</code>
            </Fact>
          )}
          <Fact name="Id">
            <span className="mono">{id}</span>
          </Fact>
        </dl>
      </section>
    </div>
  )
}
