import { Button, Result } from "antd";
import { Component, type ReactNode } from "react";
import { Translation } from "react-i18next";

interface Props {
  readonly children: ReactNode;
}

/** What fails while it is drawn takes its page alone with it, and says so. Keyed by the page. */
export class ErrorBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) {
      return this.props.children;
    }
    return (
      <Translation>
        {(t) => (
          <Result
            status="error"
            title={t("failure.title")}
            subTitle={t("failure.text")}
            extra={
              <Button
                type="primary"
                onClick={() => {
                  this.setState({ failed: false });
                }}
              >
                {t("retry")}
              </Button>
            }
          />
        )}
      </Translation>
    );
  }
}
