import { Overview } from '../overview/overview'
import SealView from '../seal/seal-view'
import InstallView from '../install/install-view'
import DiskView from '../disk/disk-view'
import BootView from '../boot/boot-view'
import FilesView from '../files/files-view'
import FindingsView from '../findings/findings-view'
import ManifestView from '../manifest/manifest-view'
import { PlanOnPaper } from '../plan/on-paper'
import { useFacts } from '../page/context'
import { isPlannable } from './rail'

/** All views after another, for paper and for a file. */
export function AllViews() {
  const facts = useFacts()
  const plannable = isPlannable(facts)
  return (
    <div className="all-views stack">
      <Overview />
      <SealView />
      {facts.evidence.unread.length === 0 && <InstallView />}
      {plannable && <PlanOnPaper />}
      {plannable && <DiskView />}
      <BootView />
      {facts.image !== null && <FilesView />}
      {plannable && <ManifestView />}
      <FindingsView />
    </div>
  )
}
