/** What later stages read of a stage. */
import { memo } from "react";
import { JsonTree, SafeLink } from "~/ui/index.ts";
import type { SortedOutputs } from "../model/outputs.ts";

export const Outputs = memo(function Outputs({ outputs }: { outputs: SortedOutputs }) {
  return (
    <>
      {outputs.links.length > 0 && <ul className="output-links">{outputs.links.map(({ name, address }) => <li key={address}><span className="muted">{name}</span> <SafeLink href={address} /></li>)}</ul>}
      {Object.entries(outputs.rest).map(([name, value]) => <JsonTree key={name} name={name} value={value} open={1} />)}
    </>
  );
});
