import type { ImageFacts } from '../../../contract/facts'
import { imageTypes } from '../../../answers/plan/image-list'
import { defaultImgref } from '../../../answers/plan/frame'
import type { PlanOptions } from '../../../answers/plan/options'
import { usePage, usePlanState } from '../page/context'

/** Image type, version and what else image-builder takes on its command line. */
export function OptionsForm({ facts }: { facts: ImageFacts }) {
  const page = usePage()
  const options = usePlanState((state) => state.options)
  const set = (change: Partial<PlanOptions>) => page.setOptions(change)
  const types = imageTypes(options.target)
  const known = types.some(({ name }) => name === options.type)
  return (
    <form className="options" onSubmit={(event) => event.preventDefault()}>
      <label>
        Image type
        <select value={options.type} onChange={(event) => set({ type: event.target.value })}>
          {!known && <option value={options.type}>{options.type}: unknown to this release</option>}
          {types.map(({ name, title }) => (
            <option key={name} value={name}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Tool
        <select
          value={options.target}
          onChange={(event) => set({ target: event.target.value === '79' ? '79' : '0.274' })}
        >
          <option value="79">image-builder 79.0.0</option>
          <option value="0.274">images 0.274.0 (bootc-image-builder)</option>
        </select>
      </label>
      <details>
        <summary>5 more options</summary>
        <div className="options">
          <TextOption
            name="Size of /"
            value={options.size}
            hint="e.g. 20 GiB"
            onChange={(size) => set({ size })}
          />
          <label>
            Root file system
            <select
              value={options.rootfs ?? ''}
              onChange={(event) => set({ rootfs: event.target.value || null })}
            >
              <option value="">
                of the image ({facts.installConfig?.filesystemRootType ?? 'none'})
              </option>
              {['ext4', 'xfs', 'btrfs'].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Boot loader
            <select
              value={options.bootloader ?? ''}
              onChange={(event) => set({ bootloader: event.target.value || null })}
            >
              <option value="">of the image ({facts.installConfig?.bootloader ?? 'none'})</option>
              {['grub', 'systemd', 'none'].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <TextOption
            name="Seed"
            value={options.seed}
            hint="from the manifest digest"
            onChange={(seed) => set({ seed })}
          />
          <TextOption
            name="Image name in the manifest"
            value={options.imgref}
            hint={defaultImgref(facts)}
            onChange={(imgref) => set({ imgref })}
          />
        </div>
      </details>
    </form>
  )
}

function TextOption({
  name,
  value,
  hint,
  onChange,
}: {
  name: string
  value: string | null
  hint: string
  onChange: (value: string | null) => void
}) {
  return (
    <label>
      {name}
      <input
        value={value ?? ''}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value.trim() === '' ? null : event.target.value)}
      />
    </label>
  )
}
