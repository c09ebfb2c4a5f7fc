/** How much of the traffic something gets: a bar and the number. */
import { useLanguage } from "~/i18n/index.tsx";
import "./traffic-share.css";

export function TrafficShare({ share }: { share: number }) {
  const percent = usePercent();
  return (
    <span className="traffic-share" data-none={share === 0 || undefined}>
      <span className="traffic-track" aria-hidden="true"><i style={{ width: `${share * 100}%` }} /></span>
      <span className="traffic-number">{percent(share)}</span>
    </span>
  );
}

/** Writes parts from 0 to 1 as percentages. */
export function usePercent(): (share: number) => string {
  const language = useLanguage();
  return (share) => share.toLocaleString(language, { style: "percent", maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 });
}
