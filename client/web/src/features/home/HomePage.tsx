import { Card, Col, Row, Space, Statistic } from "antd";
import { useTranslation } from "react-i18next";

import type { Status } from "../../api/types";
import type { Language } from "../../i18n";
import { PersonsPage } from "../persons/PersonsPage";

interface Props {
  readonly status: Status | undefined;
  readonly language: Language;
  readonly onSync: () => void;
}

/** What waits for the secretary, counted, and below it the people. */
export function HomePage({ status, language, onSync }: Props) {
  const { t } = useTranslation();
  const counts = [
    { key: "waiting", title: t("home.waiting"), value: status?.waiting },
    { key: "quarantined", title: t("home.quarantined"), value: status?.quarantined },
    { key: "rejected", title: t("home.rejected"), value: status?.rejected },
    { key: "parked", title: t("home.parked"), value: status?.parked },
  ];
  return (
    <Space direction="vertical" size="middle" style={{ width: "100%" }}>
      <Row gutter={16}>
        {counts.map((count) => (
          <Col key={count.key} xs={24} sm={6}>
            <Card
              size="small"
              hoverable
              role="button"
              tabIndex={0}
              onClick={onSync}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault();
                  onSync();
                }
              }}
            >
              <Statistic title={count.title} value={count.value ?? 0} />
            </Card>
          </Col>
        ))}
      </Row>
      <PersonsPage language={language} />
    </Space>
  );
}
