/** Keeps an error of a screen from taking the frame with it. */
import { Component, type ReactNode } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, EmptyState } from "~/ui/index.ts";

interface Props {
  /** The error is forgotten when it changes: the address. */
  at: string;
  children: ReactNode;
}

export class Boundary extends Component<Props, { error?: Error; at: string }> {
  override state: { error?: Error; at: string } = { at: this.props.at };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error?: Error; at: string }) {
    return props.at === state.at ? null : { at: props.at, error: undefined };
  }

  override render() {
    return this.state.error ? <Crashed error={this.state.error} /> : this.props.children;
  }
}

function Crashed({ error }: { error: Error }) {
  const t = useText();
  return (
    <EmptyState icon="warning" title={t("shell.crashed")} action={<Button tone="primary" onClick={() => location.reload()}>{t("shell.reload")}</Button>}>
      {error.message}
    </EmptyState>
  );
}
