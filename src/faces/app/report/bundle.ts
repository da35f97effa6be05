import { SealscopeError } from '../../../base/error'
import type { ImageFacts } from '../../../contract/facts'
import { saveFile } from '../parts/save-file'
import { planStore } from '../store/plan-store'

/** Facts, plan, manifest and blueprint in one archive, as the command line would write them. */
export async function saveBundle(facts: ImageFacts): Promise<void> {
  const { BlobWriter, TextReader, ZipWriter, configure } = await import('@zip.js/zip.js').catch(
    (cause: unknown) => {
      const what =
        'a part of this page cannot be loaded: its server does not answer, or has another version'
      throw new SealscopeError({ kind: 'network', code: 'part', what, cause })
    },
  )
  configure({ useWebWorkers: false })
  const { answer, text, format } = planStore.getState()
  const zip = new ZipWriter(new BlobWriter('application/zip'))
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  await zip.add('facts.json', new TextReader(json(facts)))
  if (answer !== null) await zip.add('plan.json', new TextReader(json(answer.plan)))
  if (answer?.manifest) await zip.add('manifest.json', new TextReader(answer.manifest))
  if (text !== '') await zip.add(`blueprint.${format}`, new TextReader(text))
  saveFile('sealscope.zip', await zip.close(), 'application/zip')
}
